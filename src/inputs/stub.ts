import type { Stats } from "node:fs";

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
