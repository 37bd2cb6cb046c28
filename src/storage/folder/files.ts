import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { diskProblem } from "../../disk-problem.ts";
import { UnavailableError } from "../../errors.ts";
import { inWords } from "../../system-problem.ts";

export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}

export function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code ?? "");
}

/** Undefined if there is no such file. */
export async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toStoreError(error);
  }
}

/** A new name is durable only once its folder is synced. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Renames, and creates the target's folder if it is missing or was just removed. */
export async function intoPlace(
  draft: string,
  target: string,
  makeFolder: () => Promise<void>,
): Promise<void> {
  try {
    await rename(draft, target);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder();
    await rename(draft, target);
  }
}

export async function makeFolderDurably(path: string, root: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(path));
  await syncFolder(root);
}

const noLinks = ["ENOTSUP", "EOPNOTSUPP", "EMLINK"];
const unusable = ["EACCES", "EPERM", "EMFILE", "ENFILE", "ESTALE"];

/** Disk errors: the operator must fix them, and the caller may try again. */
export function toStoreError(error: unknown): unknown {
  const code = codeOf(error);
  if (noLinks.includes(code))
    return new UnavailableError(
      "The file system of the store's folder has no hard links, which the store needs.",
      30,
    );
  const problem = diskProblem(error);
  if (problem?.isFull)
    return new UnavailableError(`The store is full: ${problem.words}.`, 30, { status: 507 });
  if (problem)
    return new UnavailableError(`The store's folder cannot be used now: ${problem.words}.`, 10);
  if (unusable.includes(code))
    return new UnavailableError(`The store's folder cannot be used now: ${inWords(error)}.`, 10);
  return error;
}
