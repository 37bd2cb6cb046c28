import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { isBelow } from "./below.ts";
import { type InputFolders, isOpenPath } from "./folders.ts";
import type { Entry } from "./walk.ts";

/**
 * Lists folders and keeps what it had to leave out: links that lead out of the roots or nowhere,
 * folders it may not read.
 */
export function diskLister(folders: InputFolders): {
  list: (folder: string) => Promise<Entry[]>;
  leftOut: string[];
} {
  const leftOut: string[] = [];

  async function list(folder: string): Promise<Entry[]> {
    const all = await readable(folder);
    if (all.length === 0) return [];
    const here = await realpath(folder).catch(() => folder);
    const entries: Entry[] = [];
    // stat in parallel, but never a million at once
    for (let from = 0; from < all.length; from += 256) {
      const some = await Promise.all(
        all.slice(from, from + 256).map((entry) => look(folder, here, entry)),
      );
      for (const entry of some) if (entry) entries.push(entry);
    }
    return entries;
  }

  async function readable(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch {
      leftOut.push(folder);
      return [];
    }
  }

  async function look(folder: string, here: string, entry: Dirent): Promise<Entry | undefined> {
    const location = join(folder, entry.name);
    // Node reads such a name with a replacement character, and no path leads back to the file
    if (entry.name.includes("\ufffd")) {
      leftOut.push(location);
      return undefined;
    }
    if (entry.isSymbolicLink()) return follow(location, here, entry.name);
    // The service's own folders are no input, so a dataset is whole without them
    if (isBelow(join(here, entry.name), folders.closed)) return undefined;
    if (entry.isDirectory()) return { name: entry.name, location, folder: true };
    if (!entry.isFile()) return undefined;
    try {
      return { name: entry.name, location, folder: false, size: (await lstat(location)).size };
    } catch (error) {
      // removed since the folder was read
      if (!isAbsent(error)) leftOut.push(location);
      return undefined;
    }
  }

  async function follow(location: string, here: string, name: string): Promise<Entry | undefined> {
    const real = await realpath(location).catch(() => undefined);
    if (!real || !isOpenPath(real, folders)) {
      leftOut.push(location);
      return undefined;
    }
    const status = await stat(real).catch(() => undefined);
    if (!status) {
      leftOut.push(location);
      return undefined;
    }
    // a link to a folder above itself would be walked for ever
    if (status.isDirectory())
      return isBelow(here, [real]) ? undefined : { name, location, folder: true };
    return status.isFile() ? { name, location, folder: false, size: status.size } : undefined;
  }

  return { list, leftOut };
}

export function leftOutSentence(leftOut: string[]): string {
  const more = leftOut.length > 3 ? ` and ${leftOut.length - 3} more` : "";
  const first = leftOut.slice(0, 3).join(", ");
  return (
    "Left out, since they cannot be read, lead out of INPUT_ROOTS or have names that are not " +
    `UTF-8: ${first}${more}.`
  );
}

export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG";
}
