import type { Command } from "commander";

/** Set once, before the action of a command, and read by everything that prints. */
export interface ConsoleOptions {
  /** no messages, errors excepted */
  quiet: boolean;
  color: boolean;
  progress: boolean;
}

const usual: ConsoleOptions = { quiet: false, color: true, progress: true };

export let consoleOptions: ConsoleOptions = usual;

/** The options count before the command as well as after it. */
export function setConsoleOptions(command?: Command): void {
  const given: ConsoleOptions = { ...usual };
  for (let of: Command | null | undefined = command; of; of = of.parent) {
    const { quiet = false, color = true, progress = true } = of.opts<Partial<ConsoleOptions>>();
    given.quiet ||= quiet;
    given.color &&= color;
    given.progress &&= progress;
  }
  consoleOptions = given;
}

/** Adds the options to a program and each of its commands. */
export function withConsoleOptions(program: Command): void {
  program
    .option("-q, --quiet", "no messages on standard error, errors excepted")
    .option("--no-color", "no colors (there are none without a terminal, or with NO_COLOR set)")
    .option("--no-progress", "no progress bar and no lines of progress");
  for (const command of program.commands) if (!writesLog(command)) withConsoleOptions(command);
}

function writesLog(command: Command): boolean {
  return ["start", "worker", "agent"].includes(command.name());
}

/** NO_COLOR, FORCE_COLOR and TERM=dumb are read by `hasColors`, which only a terminal has. */
export function hasColors(stream: NodeJS.WriteStream = process.stdout): boolean {
  return consoleOptions.color && Boolean(stream.isTTY) && stream.hasColors();
}
