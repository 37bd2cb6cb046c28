import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { startTimeOf, stillRuns } from "../live-process.ts";

/**
 * Names this process as the holder of a lease. Host and process id, for people; the process-id
 * namespace and start time, which distinguish it from a later process with the same id (Linux
 * only); and a random id.
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
  return !stillRuns(pid, `${boot} ${started}`);
}

function processSpace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}
