import type { Command } from "commander";

/** How a command speaks: asked by everything that prints, so it is set once, before the action. */
export interface Manner {
  /** no messages, errors excepted */
  quiet: boolean;
  color: boolean;
  progress: boolean;
}

const usual: Manner = { quiet: false, color: true, progress: true };

export let manner: Manner = usual;

/** The options count before the command as well as after it. */
export function setManner(command?: Command): void {
  const given: Manner = { ...usual };
  for (let of: Command | null | undefined = command; of; of = of.parent) {
    const { quiet = false, color = true, progress = true } = of.opts<Partial<Manner>>();
    given.quiet ||= quiet;
    given.color &&= color;
    given.progress &&= progress;
  }
  manner = given;
}

/** Adds the options to a program and each of its commands. */
export function withManner(program: Command): void {
  program
    .option("-q, --quiet", "no messages on standard error, errors excepted")
    .option("--no-color", "no colors (there are none without a terminal, or with NO_COLOR set)")
    .option("--no-progress", "no progress bar and no lines of progress");
  for (const command of program.commands) if (!speaksByLog(command)) withManner(command);
}

function speaksByLog(command: Command): boolean {
  return ["start", "worker", "agent"].includes(command.name());
}

/** NO_COLOR, FORCE_COLOR and TERM=dumb are read by `hasColors`, which only a terminal has. */
export function hasColors(stream: NodeJS.WriteStream = process.stdout): boolean {
  return manner.color && Boolean(stream.isTTY) && stream.hasColors();
}
