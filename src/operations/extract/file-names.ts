// Short names of a request's files, unique among them, without folders of the machine.
import { baseNameOf } from "./output-name.ts";

/** A file's location, and the name that it should have. */
export interface Wanted {
  replica: string;
  name: string;
}

/** The base name of each; where two are equal, with the folders in which they differ. */
export function fileNamesOf(replicas: readonly string[]): string[] {
  return uniqueNames(replicas.map((replica) => ({ replica, name: baseNameOf(replica) })));
}

/**
 * The names in their order. Those that several want get the file's folder, as seen from the folder
 * that all have in common; where that is the same, a number.
 */
export function uniqueNames(wanted: readonly Wanted[]): string[] {
  const times = new Map<string, number>();
  for (const { name } of wanted) times.set(keyOf(name), (times.get(keyOf(name)) ?? 0) + 1);
  const folders = wanted.map(({ replica }) => foldersOf(replica));
  const common = commonOf(folders);
  const taken = new Set<string>();
  return wanted.map(({ name }, index) => {
    const isAlone = times.get(keyOf(name)) === 1;
    const parts = isAlone ? [name] : [...(folders[index] ?? []).slice(common), name];
    return numbered(parts.map(plain).join("/"), taken);
  });
}

/** Windows and macOS know no case. */
function keyOf(name: string): string {
  return plain(name).toLowerCase();
}

/** What no file system and no program that unpacks takes for anything but a name. */
function plain(part: string): string {
  const name = part.replace(/[\p{Cc}/\\:*?"<>|]/gu, "_");
  return /^\.*$/.test(name) ? "_" : name;
}

function foldersOf(replica: string): string[] {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(replica);
  const path = isUrl ? replica.replace(/[?#].*$/s, "").replace(/^[^:]+:\/+/, "") : replica;
  return path
    .split("/")
    .slice(0, -1)
    .filter((part) => part !== "");
}

function commonOf([first = [], ...others]: readonly string[][]): number {
  let length = first.length;
  for (const other of others)
    while (first.slice(0, length).some((part, index) => part !== other[index])) length -= 1;
  return length;
}

/** With a number where a name is taken, before its last ending. */
export function numbered(name: string, taken: Set<string>): string {
  let found = name;
  for (let number = 2; taken.has(found.toLowerCase()); number++)
    found = name.replace(/(?=\.[^./]*$)|$/, `-${number}`);
  taken.add(found.toLowerCase());
  return found;
}
