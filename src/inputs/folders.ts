import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { isBelow } from "./below.ts";

/** Which folders of the machine inputs are read from. */
export interface InputFolders {
  /** INPUT_ROOTS */
  roots: readonly string[];
  /** never read, even below a root: DATA_DIR, and the store where it is a folder */
  closed: readonly string[];
  /** those of `closed` that are so for one person alone: members of a group read them */
  barred?: readonly string[];
}

/** Whether a path may be read: below a root, and not in a closed folder. */
export function isOpenPath(path: string, { roots, closed }: InputFolders): boolean {
  return isBelow(path, roots) && !isBelow(path, closed);
}

/**
 * The folders by their real paths. A root that has none opens nothing; a closed folder stays closed
 * by the path as it is written.
 */
export async function realFolders(written: InputFolders): Promise<InputFolders> {
  const { roots, closed, barred } = written;
  const realRoots = await realPaths(roots);
  return {
    roots: realRoots.filter((root) => root !== undefined),
    closed: await realOrWritten(closed),
    ...(barred && { barred: await realOrWritten(barred) }),
  };
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
    ...(real.barred && { barred: both(written.barred ?? [], real.barred) }),
  };
}

async function realOrWritten(folders: readonly string[]): Promise<string[]> {
  const real = await realPaths(folders);
  return folders.map((folder, index) => real[index] ?? resolve(folder));
}

function realPaths(folders: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
}
