// Data goes to standard output, messages to standard error.
import { consoleOptions } from "./console-options.ts";

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Left out with --quiet. */
export function say(line: string): void {
  if (!consoleOptions.quiet) process.stderr.write(`${line}\n`);
}

/** Why the command did not do what it was asked for. */
export function sayError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Text from outside may contain control characters that move the cursor. */
export function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}
