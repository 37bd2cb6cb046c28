// What processes use, from /proc: on a busy machine, time on a core says more than the clock.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const ticksPerSecond = 100;

/**
 * Seconds of CPU that a process and all below it used so far (those of ended children, when they
 * were waited for, too).
 */
export function cpuSeconds(pid: number): number {
  return tree(pid).reduce((total, one) => total + ownCpu(one), 0);
}

/** Resident megabytes of a process and all below it. */
export function residentMegabytes(pid: number): number {
  return tree(pid).reduce((total, one) => total + ownMegabytes(one), 0);
}

/** Resident megabytes of a process alone; 0 where it has ended. */
export function ownMegabytes(pid: number): number {
  return statusMegabytes(pid, "VmRSS");
}

/** The most that a process held since `forgetPeak`. */
export function peakMegabytes(pid: number): number {
  return statusMegabytes(pid, "VmHWM");
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

export function tree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statFields(Number(name))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (const one of found) found.push(...(children.get(one) ?? []));
  return found;
}

function ownCpu(pid: number): number {
  const fields = statFields(pid);
  if (!fields) return 0;
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return (user + system + endedUser + endedSystem) / ticksPerSecond;
}

/** The fields of /proc/<pid>/stat after the command: state first, then the parent. */
function statFields(pid: number): string[] | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function statusMegabytes(pid: number, key: string): number {
  const line = readIfThere(`/proc/${pid}/status`)
    ?.split("\n")
    .find((one) => one.startsWith(`${key}:`));
  return Number(line?.replace(/\D/g, "") ?? 0) / 1024;
}

/** Processes end while we look. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
