import { diskProblemIn } from "../disk-problem.ts";
import { diskRoom, inMegabytes } from "../disk-room.ts";
import type { TaskError } from "../operations/contract.ts";
import { canWrite } from "./storage-gate.ts";

/**
 * The error of a file that found no room for its temporary files, now removed, on a disk of which
 * at least half is free: then the file itself needs too much, and waiting for room would not end.
 * Undefined if the disk is full of other things.
 */
export async function tooLargeForDisk(
  error: TaskError | undefined,
  scratch: string,
): Promise<TaskError | undefined> {
  if (error?.class !== "disk" || diskProblemIn(error.message)?.code !== "ENOSPC") return undefined;
  // Blocks may be free where there is no room for another name.
  if (!(await canWrite(scratch))) return undefined;
  const room = await diskRoom(scratch).catch(() => undefined);
  if (!room || room.free < room.total / 2) return undefined;
  const size = inMegabytes(room.free);
  return {
    class: "too_large",
    message: `This file needs more than ${size} for temporary files; the disk has no more.`,
  };
}
