import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { isBelow, realRoots } from "../../inputs/below.ts";
import type { Finder, LookupOutcome } from "../contract.ts";
import { onDisk } from "./on-disk.ts";
import { type Entry, refuseGlob, splitGlob, walk } from "./walk.ts";

/** `dir:///folder/pattern`: the files of a folder of this machine, below INPUT_ROOTS. */
export function dirFinder(inputRoots: readonly string[]): Finder {
  return {
    scheme: "dir",
    fleeting: true,
    refuse(name) {
      if (!isAbsolute(name))
        return `A folder is named by its whole path, as in dir:///data/2024/*.parquet, not ${JSON.stringify(`dir://${name}`)}.`;
      return refuseGlob(name);
    },
    async find(name, give, signal) {
      const roots = await realRoots(inputRoots);
      const { base: written, glob } = splitGlob(name);
      const base = await onDisk(written || "/");
      const start = await realStart(base, roots, inputRoots);
      if ("outcome" in start) return start;
      if (start.file) {
        await give([{ paths: [base], size: start.size }]);
        return { outcome: "found" };
      }
      const disk = diskLister(roots);
      const files = await walk(resolve(base), glob, disk.list, give, signal);
      if (disk.leftOut.length > 0) return { outcome: "found", incomplete: sentence(disk.leftOut) };
      return files > 0 ? { outcome: "found" } : { outcome: "found", nothing: nothing(base, glob) };
    },
  };
}

type Start = { file: false } | { file: true; size: number } | LookupOutcome;

async function realStart(
  base: string,
  roots: string[],
  inputRoots: readonly string[],
): Promise<Start> {
  try {
    const real = await realpath(base);
    if (isBelow(real, roots)) {
      const status = await stat(real);
      return status.isDirectory() ? { file: false } : { file: true, size: status.size };
    }
  } catch (error) {
    if (!isAbsent(error)) throw error;
    // Outside of the roots one answer fits all, so that nobody learns which paths exist there.
    if (isBelow(resolve(base), [...roots, ...inputRoots]))
      return { outcome: "does_not_exist", reason: `There is no folder ${base}.` };
  }
  return {
    outcome: "bad_name",
    reason: `${base} is not below INPUT_ROOTS (${inputRoots.join(", ")}), the folders that input may be read from.`,
  };
}

/**
 * Lists folders and keeps what it had to leave out: links that lead out of the roots or nowhere,
 * folders it may not read.
 */
function diskLister(roots: string[]): {
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
    if (!real || !isBelow(real, roots)) {
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

function sentence(leftOut: string[]): string {
  const more = leftOut.length > 3 ? ` and ${leftOut.length - 3} more` : "";
  return `Left out, since they cannot be read, lead out of INPUT_ROOTS or have names that are not UTF-8: ${leftOut.slice(0, 3).join(", ")}${more}.`;
}

function nothing(base: string, glob: string): string {
  return `Nothing in ${base} matches ${JSON.stringify(glob)}. Names that begin with _ or . count only where the pattern begins so.`;
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG";
}
