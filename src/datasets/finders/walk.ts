// Walks a tree of folders by a glob, wherever the folders are: on a disk or behind index pages.
import picomatch from "picomatch";
import type { FoundFile } from "../contract.ts";

export interface Entry {
  name: string;
  /** where it is: a path or an address */
  location: string;
  folder: boolean;
  /** bytes */
  size?: number;
}

/** What a folder holds. Throws where it cannot be listed. */
export type ListFolder = (location: string, signal: AbortSignal) => Promise<Entry[]>;

const chunk = 1_000;
const deepest = 64;

/** Gives every file below `base` whose path matches `glob`, folder by folder in the order of the names. */
export async function walk(
  base: string,
  glob: string,
  list: ListFolder,
  give: (files: FoundFile[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const isWanted = picomatch(glob);
  const mayHold = folderFilter(glob);
  let found: FoundFile[] = [];

  async function take(location: string, size: number | undefined): Promise<void> {
    found.push({ paths: [location], ...(size === undefined ? {} : { size }) });
    if (found.length >= chunk) await hand();
  }

  async function visit(location: string, above: string[]): Promise<void> {
    const entries = await list(location, signal);
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      signal.throwIfAborted();
      const path = [...above, entry.name];
      if (entry.folder) {
        if (path.length < deepest && mayHold(path)) await visit(entry.location, path);
      } else if (isWanted(path.join("/"))) await take(entry.location, entry.size);
    }
  }

  async function hand(): Promise<void> {
    if (found.length > 0) await give(found);
    found = [];
  }

  await visit(base, []);
  await hand();
}

/** Could a folder hold files that match? Saves listing folders for nothing. */
function folderFilter(glob: string): (path: string[]) => boolean {
  const segments = glob
    .split("/")
    .map((text) => ({ any: text.includes("**"), fits: picomatch(text) }));
  return (path) => {
    for (const [depth, name] of path.entries()) {
      const segment = segments[depth];
      if (segment?.any) return true;
      if (!segment || depth === segments.length - 1 || !segment.fits(name)) return false;
    }
    return true;
  };
}

/** The folders in front of the first wildcard, and the rest; no wildcard at all means every file of that folder. */
export function splitGlob(pattern: string): { base: string; glob: string } {
  const { base, glob } = picomatch.scan(pattern);
  return { base, glob: glob || "*" };
}

export function refuseGlob(glob: string): string | undefined {
  if (/[{(][^})]*\/[^{(]*[})]/.test(glob))
    return "A slash inside braces or brackets is not understood: name each folder in a request of its own.";
  if (glob.split("/").some((part) => part === "..")) return 'A pattern may not go up by "..".';
  return undefined;
}
