import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning, startTimeOf } from "../live-process.ts";

/**
 * Names this process as the holder of a lease: host and process id, which people can read; what
 * tells it from other processes with the same id, where the system says; and a random id.
 */
export function holderName(): string {
  const place = [processSpace(), startTimeOf(process.pid)].map((part) => part ?? "-");
  return [hostname(), process.pid, ...place, randomUUID()].join(" ");
}

/**
 * Whether the holder was a process of this machine that has ended: its lease need not run out then.
 * Only processes in the same space of process ids can be looked up, which one of another container
 * is not.
 */
export function isDead(holder: string): boolean {
  const [, id, space, boot, started] = holder.split(" ");
  const pid = Number(id);
  const ownBoot = startTimeOf(process.pid)?.split(" ")[0];
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (boot === undefined || started === undefined) return false;
  if (space !== processSpace() || boot !== ownBoot) return false;
  return !isRunning(pid) || startTimeOf(pid) !== `${boot} ${started}`;
}

function processSpace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}
