// What results are called on a disk: the input's path below the longest folder that all inputs have
// in common. Names depend on the whole list of inputs alone, so that they are the same whenever,
// and however often, results are downloaded.

import { manifestName } from "../inputs/left-out.ts";

export interface Input {
  file: number;
  path: string;
}

type NamedResult = { file: number | null; name: string };

/** Relative, with `/`; never leads out of a folder, and no two are equal on any file system. */
export function localNames(inputs: readonly Input[]): (result: NamedResult) => string {
  const stems = stemsOf(inputs);
  const foldersInUse = new Set([...stems.values()].flatMap(foldersOf).map(folded));
  const takenBy = new Map([[folded(manifestName), ""]]);
  return (result) => {
    for (const name of candidates(result, stems.get(result.file ?? -1))) {
      const key = folded(name);
      if (foldersInUse.has(key) || (takenBy.get(key) ?? result.name) !== result.name) continue;
      takenBy.set(key, result.name);
      return name;
    }
    throw new Error(`There is no name for ${JSON.stringify(result.name)}.`);
  };
}

/** The first is the usual one; others are for several results of a file, and unusual names. */
function* candidates({ file, name }: NamedResult, stem: string | undefined): Generator<string> {
  const own = plain(name.slice(name.lastIndexOf("/") + 1));
  const ending = /\.[a-z0-9]{1,12}$/i.exec(own)?.[0] ?? "";
  const made = own.replace(/^\d+-\d+-\d+-/, "");
  if (stem !== undefined) yield `${stem}${ending}`;
  if (stem !== undefined) yield `${stem}-${made}`;
  yield own;
  for (let again = 2; ; again++) yield `${file ?? "request"}-${again}-${own}`;
}

/** Of each file: its name without its ending. Where two would be equal, both get the file's id. */
function stemsOf(inputs: readonly Input[]): Map<number, string> {
  const all = inputs.map(({ file, path }) => ({ file, parts: partsOf(path) }));
  const depth = commonDepth(all.map(({ parts }) => parts));
  const stems = new Map(all.map(({ file, parts }) => [file, stemOf(parts.slice(depth))]));
  const own = new Map(stems);
  for (let added = true; added; ) {
    added = false;
    for (const files of alike(own)) {
      for (const file of files.length > 1 ? files : []) {
        const name = `${stems.get(file) ?? ""}-${file}`;
        if (own.get(file) !== name) added = true;
        own.set(file, name);
      }
    }
  }
  return own;
}

function alike(stems: Map<number, string>): Iterable<number[]> {
  const files = new Map<string, number[]>();
  for (const [file, stem] of stems) {
    const key = folded(stem);
    const others = files.get(key);
    if (others) others.push(file);
    else files.set(key, [file]);
  }
  return files.values();
}

/** Of a path or a URL, whose host counts as a folder. */
function partsOf(path: string): string[] {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
  return (isUrl ? path.replace(/[?#].*$/s, "") : path).split("/").filter((part) => part !== "");
}

function commonDepth([first = [], ...rest]: string[][]): number {
  let depth = Math.max(first.length - 1, 0);
  for (const parts of rest) {
    depth = Math.min(depth, Math.max(parts.length - 1, 0));
    while (depth > 0 && !isSame(first, parts, depth)) depth--;
  }
  return depth;
}

function isSame(left: string[], right: string[], depth: number): boolean {
  for (let at = 0; at < depth; at++) if (left[at] !== right[at]) return false;
  return true;
}

/** Endings of data formats, then of compression. */
const dataEnding = /\.(arrow|avro|csv|feather|grib2?|h5|hdf5?|jsonl?|nc4?|ndjson|orc|parquet|pq)$/i;
const textEnding = /\.(root|tsv|txt)$/i;
const packedEnding = /\.(bz2|gz|xz|zst)$/i;

function withoutEndings(name: string): string {
  const unpacked = name.replace(packedEnding, "");
  return unpacked.replace(dataEnding, "").replace(textEnding, "") || name;
}

/** A path that no file system takes keeps its last part. */
function stemOf(parts: string[]): string {
  const last = parts.at(-1) ?? "";
  const whole = [...parts.slice(0, -1), withoutEndings(last)].map(plain);
  const stem = whole.join("/");
  return stem.length > longestPath ? (whole.at(-1) ?? "") : stem;
}

const longestPath = 800;
const longestBytes = 150;

/**
 * The service, or who named the inputs, may be hostile: no part is `..`, hidden, empty, an option,
 * a device of Windows, or has a character that a file system or a terminal reads otherwise.
 */
function plain(part: string): string {
  const name = part
    .normalize("NFC")
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}<>:"|?*\\/]/gu, "_")
    .replace(/^[.\s-]+/, "_")
    .replace(/[.\s]$/, "_");
  const bounded = shortened(name);
  return /^(aux|con|nul|prn|(com|lpt)\d)(\.|$)/i.test(bounded) ? `_${bounded}` : bounded || "_";
}

/** Most file systems allow 255 bytes; an id and an ending follow. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= longestBytes) return name;
  let kept = "";
  for (const letter of name) {
    if (Buffer.byteLength(kept + letter) > longestBytes) break;
    kept += letter;
  }
  return kept;
}

function foldersOf(stem: string): string[] {
  const parts = stem.split("/");
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** Equal for names that are one file where case or the form of an accent does not count. */
function folded(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase();
}
