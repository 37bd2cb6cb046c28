import { lstat, realpath, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { type InputFolders, isOpenPath } from "../../inputs/folders.ts";
import { onDisk } from "../../inputs/on-disk.ts";
import { quickLook } from "../../inputs/quick-look.ts";

/** Of one list; each look takes about a tenth of a millisecond. */
const mostLooks = 1_000;

/**
 * Refuses folders in a list of files, which would fail one by one. Most folders have no extension:
 * the disk is asked about the first 1,000 paths without one, and the first 1,000 with one.
 */
export function makeFolderRefusal(folders: InputFolders) {
  const left = { withExtension: mostLooks, without: mostLooks };
  return async (path: string): Promise<string | undefined> => {
    const kind = extname(path) === "" ? "without" : "withExtension";
    if (left[kind] === 0) return undefined;
    left[kind] -= 1;
    const look = await quickLook(async () => ({ isFolder: await isOpenFolder(path, folders) }));
    // A disk that does not answer is not asked about the other files
    if (!look) left.withExtension = left.without = 0;
    if (!look?.isFolder) return undefined;
    const folder = resolve(path);
    return (
      `${folder} is a folder, and a list has the files themselves: give the folder as the ` +
      `dataset dir://${folder}.`
    );
  };
}

/** Callers learn nothing of what a link leads to outside of the roots. */
async function isOpenFolder(path: string, folders: InputFolders): Promise<boolean> {
  const spelled = await onDisk(path);
  const status = await lstat(spelled).catch(() => undefined);
  if (!status?.isSymbolicLink()) return status?.isDirectory() ?? false;
  const real = await realpath(spelled).catch(() => undefined);
  if (real === undefined || !isOpenPath(real, folders)) return false;
  return (await stat(real)).isDirectory();
}
