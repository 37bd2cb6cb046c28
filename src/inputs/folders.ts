import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { isBelow } from "./below.ts";

/** Which folders of the machine inputs are read from. */
export interface InputFolders {
  /** INPUT_ROOTS */
  roots: readonly string[];
  /** never read, even below a root: DATA_DIR, and the store where it is a folder */
  closed: readonly string[];
}

/** Whether a path may be read: below a root, and not in a closed folder. */
export function isOpenPath(path: string, { roots, closed }: InputFolders): boolean {
  return isBelow(path, roots) && !isBelow(path, closed);
}

/** The real paths of the folders that exist. */
export async function realFolders({ roots, closed }: InputFolders): Promise<InputFolders> {
  return { roots: await realPaths(roots), closed: await realPaths(closed) };
}

/** The folders both as they are written and by their real paths. */
export function eitherSpelling(written: InputFolders, real: InputFolders): InputFolders {
  const both = (one: readonly string[], other: readonly string[]) => [
    ...one.map((folder) => resolve(folder)),
    ...other,
  ];
  return {
    roots: both(written.roots, real.roots),
    closed: both(written.closed, real.closed),
  };
}

async function realPaths(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  return found.filter((folder) => folder !== undefined);
}
