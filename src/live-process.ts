// Whether a recorded process still runs, and whether it is the same one: process ids are reused.
import { readFileSync, readlinkSync } from "node:fs";

/**
 * Whether the process with this id is the one that was started then (`startTimeOf`). Where its
 * start time cannot be read, it is taken for the same: /proc may hide the processes of other users.
 */
export function stillRuns(pid: number, startedAt: string | undefined): boolean {
  if (!isRunning(pid)) return false;
  const now = startTimeOf(pid);
  return startedAt === undefined || now === undefined || now === startedAt;
}

/** False for a zombie too: without an init process that reaps it, it keeps its id. */
export function isRunning(pid: number): boolean {
  const state = statusFields(pid)?.[0];
  return state === undefined ? answersSignal(pid) : state !== "Z" && state !== "X";
}

/**
 * The boot and tick at which a process was started, which distinguish processes with the same id.
 * Undefined if the system does not provide them.
 */
export function startTimeOf(pid: number): string | undefined {
  const started = statusFields(pid)?.[19];
  return started === undefined
    ? undefined
    : `${readIfThere("/proc/sys/kernel/random/boot_id")?.trim()} ${started}`;
}

/** Does nothing if the process has ended just now. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The command a process was started with; undefined if the system does not provide it. */
export function commandOf(pid: number): string | undefined {
  return readIfThere(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ");
}

/** The folder a process works in; undefined where the system does not say. */
export function folderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat after the command's name, which may contain spaces. */
function statusFields(pid: number): string[] | undefined {
  const line = readIfThere(`/proc/${pid}/stat`);
  return line?.slice(line.lastIndexOf(")") + 2).split(" ");
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
