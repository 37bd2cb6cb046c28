import type { BigIntStats, Stats } from "node:fs";
import { lstat, opendir, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "./absent.ts";
import { isBelow } from "./below.ts";
import { type InputFolders, isOpenPath } from "./folders.ts";
import { type LeftOut, makeLeftOut } from "./left-out.ts";
import type { Entry, OpenFolder } from "./walk.ts";

/**
 * Opens folders and keeps what it had to leave out: links that lead out of the roots or nowhere,
 * folders it may not read.
 */
export function diskLister(folders: InputFolders): {
  open: OpenFolder;
  leftOut: LeftOut;
  /** Whether some names of a folder were given before it was read to its end. */
  isPartial(): boolean;
} {
  const leftOut = makeLeftOut();
  let partial = false;

  const open: OpenFolder = async (folder) => {
    const status = await stat(folder, { bigint: true }).catch(() => undefined);
    const here = await realpath(folder).catch(() => folder);
    return {
      id: status && `${status.dev}:${status.ino}`,
      names: () => namesIn(folder),
      someNames: () => someNamesIn(folder),
      namesIfChanged: async () => {
        const now = await stat(folder, { bigint: true });
        return status && isSame(status, now) ? undefined : readdir(folder);
      },
      entries: (names) => entriesOf(folder, here, names),
    };
  };

  async function namesIn(folder: string): Promise<string[]> {
    try {
      return await readdir(folder);
    } catch {
      leftOut.add(folder);
      return [];
    }
  }

  async function* someNamesIn(folder: string): AsyncGenerator<string[]> {
    let names: string[] = [];
    try {
      for await (const { name } of await opendir(folder, { bufferSize: 1_000 })) {
        if (names.length === namesAtOnce) {
          partial = true;
          yield names;
          names = [];
        }
        names.push(name);
      }
    } catch {
      leftOut.add(folder);
    }
    yield names;
  }

  async function entriesOf(
    folder: string,
    here: string,
    names: readonly string[],
  ): Promise<Entry[]> {
    const entries: Entry[] = [];
    // In parallel, but never a million at once
    for (let from = 0; from < names.length; from += 256) {
      const some = await Promise.all(
        names.slice(from, from + 256).map((name) => entryOf(folder, here, name)),
      );
      for (const entry of some) if (entry) entries.push(entry);
    }
    return entries;
  }

  async function entryOf(folder: string, here: string, name: string): Promise<Entry | undefined> {
    const location = join(folder, name);
    // Node reads such a name with a replacement character, and no path leads back to the file
    if (name.includes("\ufffd")) return void leftOut.add(location);
    const status = await statusOf(location);
    if (!status) return undefined;
    if (status.isSymbolicLink()) return follow(location, name);
    // The service's own folders are no input, so a dataset is whole without them
    if (isBelow(join(here, name), folders.closed)) return undefined;
    if (status.isDirectory()) return { name, location, folder: true };
    return status.isFile() ? { name, location, folder: false, size: status.size } : undefined;
  }

  async function statusOf(location: string): Promise<Stats | undefined> {
    try {
      return await lstat(location);
    } catch (error) {
      // Removed since the folder was read
      if (!isAbsent(error)) leftOut.add(location);
      return undefined;
    }
  }

  async function follow(location: string, name: string): Promise<Entry | undefined> {
    const real = await realpath(location).catch(() => undefined);
    const status =
      real && isOpenPath(real, folders) ? await stat(real).catch(() => undefined) : undefined;
    if (!status) return void leftOut.add(location);
    if (status.isDirectory()) return { name, location, folder: true };
    return status.isFile() ? { name, location, folder: false, size: status.size } : undefined;
  }

  return { open, leftOut, isPartial: () => partial };
}

/** Most folders have fewer, so that their names come in order. */
const namesAtOnce = 10_000;

/** Its times change with each entry that is added, removed or renamed. */
function isSame(before: BigIntStats, now: BigIntStats): boolean {
  return before.ino === now.ino && before.mtimeNs === now.mtimeNs && before.ctimeNs === now.ctimeNs;
}
