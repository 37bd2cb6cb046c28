import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { isBelow } from "./below.ts";
import { onDisk } from "./on-disk.ts";
import { whereTo } from "./where-to.ts";

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
 * The folders by their real paths. A root that has none opens nothing; a closed folder that is not
 * there is closed where it would be.
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

/** By whatever encoding of its accents a folder is written. */
async function realOrWritten(folders: readonly string[]): Promise<string[]> {
  return Promise.all(folders.map(async (folder) => whereTo(await onDisk(resolve(folder)))));
}

function realPaths(folders: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
}
