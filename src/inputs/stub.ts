import type { Stats } from "node:fs";
import { InputError, nameOf } from "./input-error.ts";

/** A smaller file may be kept in its inode, without blocks. */
const inodeBytes = 4096;

/**
 * The data of the file is on tape, and reading it would wait for a recall of it alone: a file
 * system that moves data to tape leaves the size and frees the blocks. A file of nothing but holes
 * looks the same.
 */
export function isStub({ size, blocks }: Pick<Stats, "blocks" | "size">): boolean {
  return process.platform === "linux" && size > inodeBytes && blocks === 0;
}

/** Of a stub that the step before had brought to disk. */
export function onTapeAgain(location: string): InputError {
  const message =
    `No data of ${nameOf(location)} is on disk: it was migrated to tape before it was read, or ` +
    "has holes alone.";
  return new InputError("not_on_disk", message);
}
