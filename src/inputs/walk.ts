// Walks a tree of folders by a glob, on a disk or through index pages.
import { type Match, matchesIn, segmentsOf, withoutAny } from "./glob/segments.ts";
import { type LeftOut, makeLeftOut, manifestName } from "./left-out.ts";
import { watchFolders } from "./watch-folders.ts";

export interface Entry {
  name: string;
  /** a path or an address */
  location: string;
  folder: boolean;
  /** bytes */
  size?: number;
}

export interface Folder {
  /** equal for two ways to the same folder; undefined if it cannot be read */
  id: string | undefined;
  /** the names in it */
  names(): Promise<string[]>;
  /** The same, some at a time and in any order. Absent where they come at once. */
  someNames?(): AsyncIterable<string[]>;
  /**
   * The names in it now; undefined if it did not change since it was opened. Absent where that
   * cannot be known.
   */
  namesIfChanged?(): Promise<string[] | undefined>;
  /** What these names are; names that are no file or folder are left out. */
  entries(names: readonly string[]): Promise<Entry[]>;
}

export interface WalkedFile {
  paths: string[];
  size?: number;
}

/** Throws if the folder cannot be listed. */
export type OpenFolder = (location: string, signal: AbortSignal) => Promise<Folder>;

export interface WalkLimits {
  files: number;
  folders: number;
}

/** A tree with more files or folders, or a deeper one, than a walk may visit. */
export class WalkLimitError extends Error {}

export interface WalkOptions {
  open: OpenFolder;
  give: (files: WalkedFile[]) => Promise<void>;
  signal: AbortSignal;
  limits?: WalkLimits;
  /** for `untilFirst`: gives each file at once, and reads no folder whole before */
  oneByOne?: boolean;
}

const chunk = 1_000;
const deepest = 64;

export interface Walked {
  /** number of files */
  files: number;
  /** folders in which names that matter appeared or disappeared before the walk had ended */
  changed: string[];
  /** lists of downloads, which match the pattern and were left out */
  manifests: LeftOut;
}

/**
 * Emits every file below `base` whose path matches `glob`, folder by folder in the order of the
 * names. A folder to which several ways lead is read once for each part of the pattern, so loops of
 * links end.
 */
export async function walk(
  base: string,
  glob: string,
  {
    open,
    give,
    signal,
    limits = { files: Number.POSITIVE_INFINITY, folders: Number.POSITIVE_INFINITY },
    oneByOne = false,
  }: WalkOptions,
): Promise<Walked> {
  const atOnce = oneByOne ? 1 : chunk;
  const segments = segmentsOf(glob);
  const watch = watchFolders();
  const visited = new Map<string, Set<number>>();
  const manifests = makeLeftOut();
  const wantsManifests = segments.at(-2)?.text === manifestName;
  let found: WalkedFile[] = [];
  let total = 0;
  let folders = 0;

  /** `at`: the segments that a name of this folder may match */
  async function visit(location: string, at: ReadonlySet<number>, depth: number): Promise<void> {
    signal.throwIfAborted();
    folders += 1;
    if (folders > limits.folders)
      throw new WalkLimitError(`it visited more than ${limits.folders} folders (FINDER_FOLDERS)`);
    const folder = await open(location, signal);
    const here = unvisited(folder.id, at);
    if (here.size === 0) return;
    if (oneByOne && folder.someNames) {
      for await (const names of folder.someNames())
        await takeAll(folder, matchesIn(names, segments, here), depth);
      return;
    }
    const matches = matchesIn(await folder.names(), segments, here);
    const wanted = [...matches.keys()];
    watch.add(location, folder, wanted, (names) => [...matchesIn(names, segments, here).keys()]);
    await takeAll(folder, matches, depth);
  }

  async function takeAll(
    folder: Folder,
    matches: ReadonlyMap<string, Match>,
    depth: number,
  ): Promise<void> {
    const wanted = [...matches.keys()];
    // Entries in chunks: a folder may have a million
    for (let from = 0; from < wanted.length; from += chunk)
      for (const entry of await folder.entries(wanted.slice(from, from + chunk)))
        await take(entry, matches.get(entry.name), depth);
  }

  async function take(entry: Entry, match: Match | undefined, depth: number): Promise<void> {
    signal.throwIfAborted();
    if (!match) return;
    if (!entry.folder) {
      if (!match.wanted) return;
      if (entry.name === manifestName && !wantsManifests) manifests.add(entry.location);
      else await add(entry);
    } else if (match.next.size > 0) {
      if (depth >= deepest)
        throw new WalkLimitError(`${entry.location} is more than ${deepest} folders deep`);
      await visit(entry.location, withoutAny(match.next, segments), depth + 1);
    }
  }

  /** The segments with which this folder has not been read yet. */
  function unvisited(id: string | undefined, at: ReadonlySet<number>): ReadonlySet<number> {
    if (id === undefined) return at;
    const known = visited.get(id) ?? new Set();
    visited.set(id, known);
    const fresh = new Set([...at].filter((index) => !known.has(index)));
    for (const index of fresh) known.add(index);
    return fresh;
  }

  async function add({ location, size }: Entry): Promise<void> {
    total += 1;
    if (total > limits.files)
      throw new WalkLimitError(`it found more than ${limits.files} files (FINDER_FILES)`);
    found.push({ paths: [location], ...(size === undefined ? {} : { size }) });
    if (found.length >= atOnce) await flush();
  }

  async function flush(): Promise<void> {
    if (found.length > 0) await give(found);
    found = [];
  }

  await visit(base, withoutAny(new Set([0]), segments), 1);
  await flush();
  return { files: total, changed: await watch.changed(signal), manifests };
}
