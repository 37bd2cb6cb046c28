import { lstat, realpath, stat } from "node:fs/promises";
import { extname } from "node:path";
import { isAbsent } from "../../inputs/absent.ts";
import { type InputFolders, isOpenPath } from "../../inputs/folders.ts";
import { isFolderSentence } from "../../inputs/local.ts";
import { onDisk } from "../../inputs/on-disk.ts";
import { quickLook } from "../../inputs/quick-look.ts";

/** Of one list; each look takes about a tenth of a millisecond. */
const mostLooks = 1_000;

/**
 * Refuses folders in a list of files, which would fail one by one. Most folders have no extension:
 * the disk is asked about the first 1,000 paths without one, and the first 1,000 with one. A later
 * folder fails alone, with the same sentence.
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
    return look?.isFolder ? isFolderSentence(path) : undefined;
  };
}

/** Callers learn nothing of what a link leads to outside of the roots. */
async function isOpenFolder(path: string, folders: InputFolders): Promise<boolean> {
  try {
    const spelled = await onDisk(path);
    const status = await lstat(spelled);
    if (!status.isSymbolicLink()) return status.isDirectory();
    const real = await realpath(spelled);
    return isOpenPath(real, folders) && (await stat(real)).isDirectory();
  } catch (error) {
    // Nothing is there, or this user may not look at it: the worker that reads it says so
    if (isAbsent(error) || isDenied(error)) return false;
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  return ["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
}
