import { isAbsolute, relative, sep } from "node:path";

/**
 * Whether a path is one of the folders or below one. Access to files depends on this check, so it
 * exists only once.
 */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = relative(folder, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}
