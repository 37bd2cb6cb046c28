import { createInterface } from "node:readline/promises";

/** Whether the question at the terminal is answered with yes; without a terminal none is asked. */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  return /^\s*y(es)?\s*$/i.test(await answerTo(`${question} [y/N] `));
}

/** The end of standard input is no answer, as Ctrl-C is none. */
async function answerTo(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  terminal.once("close", () => ended.abort());
  terminal.once("SIGINT", () => terminal.close());
  try {
    return await terminal.question(question, { signal: ended.signal });
  } catch {
    process.stderr.write("\n");
    return "";
  } finally {
    terminal.close();
  }
}
