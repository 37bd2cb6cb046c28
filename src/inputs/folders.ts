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

/**
 * The folders by their real paths. A root that has none opens nothing; a closed folder stays closed
 * by the path as it is written.
 */
export async function realFolders({ roots, closed }: InputFolders): Promise<InputFolders> {
  const [realRoots, realClosed] = await Promise.all([realPaths(roots), realPaths(closed)]);
  return {
    roots: realRoots.filter((root) => root !== undefined),
    closed: closed.map((folder, index) => realClosed[index] ?? resolve(folder)),
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
  };
}

function realPaths(folders: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
}
