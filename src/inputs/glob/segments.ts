// Which names of a folder a pattern wants, one segment of its path after the other.
import { globMatcher } from "./index.ts";

export interface Segment {
  text: string;
  /** `**`: any number of folders */
  any: boolean;
  last: boolean;
  fits(name: string): boolean;
}

export interface Match {
  wanted: boolean;
  /** the segments that names within this folder may match */
  next: Set<number>;
}

/**
 * `**` at the end means every file below. `*` is added at the end, for a pattern that names a
 * folder.
 */
export function segmentsOf(glob: string): Segment[] {
  const texts = glob.normalize("NFC").split("/").filter(Boolean);
  if (texts.at(-1) === "**") texts.push("*");
  const last = texts.length - 1;
  return [...texts, "*"].map((text, index) => ({
    text,
    any: text === "**",
    last: index >= last,
    fits: globMatcher(text),
  }));
}

/** `**` may match no folder, so the segment after it may match too. */
export function withoutAny(at: ReadonlySet<number>, segments: readonly Segment[]): Set<number> {
  const all = new Set(at);
  for (const index of all) if (segments[index]?.any) all.add(index + 1);
  return all;
}

/** The names that matter, in their order. */
export function matchesIn(
  given: readonly string[],
  segments: readonly Segment[],
  at: ReadonlySet<number>,
): Map<string, Match> {
  const names = given.toSorted();
  const literal = literalNames(names, segments, at);
  const matches = new Map<string, Match>();
  for (const name of names) {
    const match = matchOf(name, segments, at, literal);
    if (match.wanted || match.next.size > 0) matches.set(name, match);
  }
  return matches;
}

/** Segments that equal the name of an entry here: they mean that name and are not a pattern. */
function literalNames(
  names: readonly string[],
  segments: readonly Segment[],
  at: ReadonlySet<number>,
): Set<number> {
  const found = new Set<number>();
  const open = new Set(at);
  for (const name of names) {
    const composed = name.normalize("NFC");
    for (const index of open) {
      if (segments[index]?.text !== composed) continue;
      found.add(index);
      open.delete(index);
    }
    if (open.size === 0) break;
  }
  return found;
}

function matchOf(
  given: string,
  segments: readonly Segment[],
  at: ReadonlySet<number>,
  literal: ReadonlySet<number>,
): Match {
  const name = given.normalize("NFC");
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
  const first = name.charAt(0);
  if (isHidden(name) && !text.startsWith(first) && !(/^[{[(]/.test(text) && text.includes(first)))
    return false;
  return fits(name);
}

function isHidden(name: string): boolean {
  return name.startsWith("_") || name.startsWith(".");
}
