import { statfs } from "node:fs/promises";

export interface DiskRoom {
  /** bytes that this process may still write */
  free: number;
  /** bytes of the whole file system */
  total: number;
}

/** Of the file system that holds this path. Quotas and reserved blocks are not seen. */
export async function diskRoom(path: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { free: bavail * bsize, total: blocks * bsize };
}

export function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`;
}
