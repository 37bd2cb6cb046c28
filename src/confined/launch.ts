// Puts tools of util-linux in front of a command of ours: they take away what the program does not
// need. Where they are missing, the program starts without them.
import { spawnSync } from "node:child_process";

export interface ProcessLimits {
  /** size of each file that it writes */
  fileMegabytes: number;
  /** processor time of its whole life, on all cores; default: no limit */
  cpuSeconds?: number | undefined;
  /** private memory, also what is asked for and not touched; default: no limit */
  dataMegabytes?: number | undefined;
}

const mostOpenFiles = 512;

/** The command with what confines it in front. */
export function confined(
  { command, args }: { command: string; args: string[] },
  { fileMegabytes, cpuSeconds, dataMegabytes }: ProcessLimits,
): { command: string; args: string[] } {
  const limits = [
    "--core=0",
    `--nofile=${mostOpenFiles}`,
    `--fsize=${bytes(fileMegabytes)}`,
    ...(cpuSeconds === undefined ? [] : [`--cpu=${Math.ceil(cpuSeconds)}`]),
    ...(dataMegabytes === undefined ? [] : [`--data=${bytes(dataMegabytes)}`]),
  ];
  const prefix = [...tool("setpriv", privileges), ...tool("prlimit", limits)];
  const [first, ...rest] = [...prefix, command, ...args];
  return { command: first ?? command, args: rest };
}

/**
 * No program that it starts gains privileges, and it ends with the process that started it, even
 * while it computes and reads no messages.
 */
const privileges = ["--no-new-privs", "--pdeathsig", "KILL"];

const paths = new Map<string, string | undefined>();

/** The tool's whole path, since the program has no PATH; nothing where the tool does not work. */
function tool(name: "setpriv" | "prlimit", options: readonly string[]): string[] {
  if (!paths.has(name)) paths.set(name, workingPath(name, options));
  const path = paths.get(name);
  return path === undefined ? [] : [path, ...options];
}

function workingPath(name: string, options: readonly string[]): string | undefined {
  const path = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout?.trim();
  const tried = path ? spawnSync(path, [...options, "true"], { stdio: "ignore" }) : undefined;
  return tried?.status === 0 ? path : undefined;
}

function bytes(megabytes: number): number {
  return Math.ceil(megabytes) * 1024 * 1024;
}
