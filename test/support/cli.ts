import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { program, programEnvironment } from "./program.ts";

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<Ran>;
}

export interface Surroundings {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** as another user; only root can */
  uid?: number;
}

/** The command line as a word of a shell's line. */
export const cliForShell = [process.execPath, ...program].map((word) => `'${word}'`).join(" ");

/** The command line in a process of its own, with nothing of this one's settings. */
export function startCli(args: string[], { env, ...more }: Surroundings = {}): Running {
  const own = { ...more, env: cliEnvironment(env) };
  return startProgram(process.execPath, [...program, ...args], own);
}

/** Without the profiles of whoever runs the tests. */
export function cliEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...programEnvironment(), XDG_CONFIG_HOME: nowhere, ...more };
}

/** No file is below it. */
export const nowhere = "/nonexistent";

/** With the environment of this process where none is given. */
export function startProgram(
  command: string,
  args: string[] = [],
  { env, cwd, uid }: Surroundings = {},
): Running {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(env && { env }),
    ...(cwd && { cwd }),
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

export function runCli(args: string[], surroundings: Surroundings = {}): Promise<Ran> {
  return startCli(args, surroundings).ended;
}
