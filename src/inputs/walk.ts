// Walks a tree of folders by a glob, on a disk or through index pages.
import picomatch from "picomatch";

export interface Entry {
  name: string;
  /** a path or an address */
  location: string;
  folder: boolean;
  /** bytes */
  size?: number;
}

export interface WalkedFile {
  paths: string[];
  size?: number;
}

/** Returns the entries of a folder. Throws if it cannot be listed. */
export type ListFolder = (location: string, signal: AbortSignal) => Promise<Entry[]>;

const chunk = 1_000;
const deepest = 64;

/**
 * Emits every file below `base` whose path matches `glob`, folder by folder in the order of the
 * names; returns their number.
 */
export async function walk(
  base: string,
  glob: string,
  list: ListFolder,
  give: (files: WalkedFile[]) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const segments = segmentsOf(glob);
  let found: WalkedFile[] = [];
  let total = 0;

  /** `at`: the segments that a name of this folder may match */
  async function visit(location: string, at: ReadonlySet<number>, depth: number): Promise<void> {
    const entries = await list(location, signal);
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    const literal = literalNames(entries, segments, at);
    for (const entry of entries) {
      signal.throwIfAborted();
      const { wanted, next } = match(entry, segments, at, literal);
      if (entry.folder && next.size > 0 && depth < deepest)
        await visit(entry.location, withoutAny(next, segments), depth + 1);
      if (wanted && !entry.folder) await add(entry);
    }
  }

  async function add({ location, size }: Entry): Promise<void> {
    found.push({ paths: [location], ...(size === undefined ? {} : { size }) });
    total += 1;
    if (found.length >= chunk) await flush();
  }

  async function flush(): Promise<void> {
    if (found.length > 0) await give(found);
    found = [];
  }

  await visit(base, withoutAny(new Set([0]), segments), 1);
  await flush();
  return total;
}

interface Segment {
  text: string;
  /** `**`: any number of folders */
  any: boolean;
  last: boolean;
  fits(name: string): boolean;
}

/**
 * `**` at the end means every file below. `*` is added at the end, for a pattern that names a
 * folder.
 */
function segmentsOf(glob: string): Segment[] {
  const texts = glob.normalize("NFC").split("/").filter(Boolean);
  if (texts.at(-1) === "**") texts.push("*");
  const last = texts.length - 1;
  return [...texts, "*"].map((text, index) => ({
    text,
    any: text === "**",
    last: index >= last,
    fits: picomatch(text),
  }));
}

/** `**` may match no folder, so the segment after it may match too. */
function withoutAny(at: ReadonlySet<number>, segments: readonly Segment[]): Set<number> {
  const all = new Set(at);
  for (const index of all) if (segments[index]?.any) all.add(index + 1);
  return all;
}

/** Segments that equal the name of an entry here: they mean that name and are not a pattern. */
function literalNames(
  entries: readonly Entry[],
  segments: readonly Segment[],
  at: ReadonlySet<number>,
): Set<number> {
  const names = new Set(entries.map(({ name }) => name.normalize("NFC")));
  return new Set([...at].filter((index) => names.has(segments[index]?.text ?? "/")));
}

interface Match {
  wanted: boolean;
  /** the segments that names within this folder may match */
  next: Set<number>;
}

function match(
  entry: Entry,
  segments: readonly Segment[],
  at: ReadonlySet<number>,
  literal: ReadonlySet<number>,
): Match {
  const name = entry.name.normalize("NFC");
  const found: Match = { wanted: false, next: new Set() };
  for (const index of at) {
    const segment = segments[index];
    if (segment?.any && !isHidden(name)) found.next.add(index);
    if (!segment || segment.any) continue;
    const exact = segment.text === name;
    if (literal.has(index) ? exact : matches(segment, name))
      note(found, index, segment, exact, segments);
  }
  return found;
}

function note(
  found: Match,
  index: number,
  segment: Segment,
  exact: boolean,
  segments: readonly Segment[],
): void {
  if (!segment.last) found.next.add(index + 1);
  else found.wanted = true;
  if (segment.last && exact) found.next.add(segments.length - 1);
}

/**
 * Names that begin with _ or . are files of tools (_SUCCESS, _metadata, .crc). They match only
 * patterns that begin with it too.
 */
function matches({ text, fits }: Segment, name: string): boolean {
  if (!fits(name)) return false;
  const first = name.charAt(0);
  return !isHidden(name) || text.startsWith(first) || (/^[{[(]/.test(text) && text.includes(first));
}

function isHidden(name: string): boolean {
  return name.startsWith("_") || name.startsWith(".");
}

/**
 * Splits a pattern before the first segment with a glob character; the rest is `*` if there is
 * none.
 */
export function splitGlob(pattern: string): { base: string; glob: string } {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => /[*?[\]{}()!+@|\\]/.test(segment));
  if (first < 0) return { base: pattern, glob: "*" };
  return { base: segments.slice(0, first).join("/"), glob: segments.slice(first).join("/") };
}

export function refuseGlob(glob: string): string | undefined {
  if (/[{(][^})]*\/[^{(]*[})]/.test(glob))
    return (
      "A slash inside braces or brackets is not supported: " +
      "use a separate request for each folder."
    );
  if (glob.split("/").some((part) => part === "..")) return 'A pattern may not contain "..".';
  return undefined;
}
