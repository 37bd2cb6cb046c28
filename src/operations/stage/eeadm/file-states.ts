// `eeadm file state -s`, for many files in one call.
import { lstat } from "node:fs/promises";
import type { TapeState } from "../backend.ts";
import type { StageFacility } from "../settings.ts";
import { libraryName } from "../settings.ts";
import { type Answer, callEeadm, firstLine } from "./call.ts";

export type FileState = TapeState;

/** No file of this name, or `eeadm` answers for others but not for it. */
export type FoundState = FileState | "missing" | { unknown: string };

const mostPaths = 1000;
/** An argument list may have some 2 MB. */
const mostBytes = 500_000;

const line = /^([A-Za-z]\w*)\s+(\d+)((?:\s+\S+){1,3})\s+-- (\/.*)$/s;

/** Reads the lines of states; others, such as warnings, are passed over. */
export function parseStates(output: string): Map<string, FileState> {
  const found = new Map<string, FileState>();
  for (const text of output.split("\n")) {
    const [, state, replicas, tapes, path] = line.exec(text) ?? [];
    if (state === undefined || tapes === undefined || path === undefined) continue;
    const copies = tapes.split(/\s+/).filter((tape) => tape !== "" && tape !== "-");
    found.set(path, { state, replicas: Number(replicas), tapes: copies });
  }
  return found;
}

/** Of a tape, such as `JD0099JD@POOL@lib1`; empty where none is named. */
export function libraryOf(tape: string): string {
  const [, , library = ""] = tape.split("@");
  return libraryName.test(library) ? library : "";
}

/** The libraries of a file's copies, each once, that of the first copy first; one at least. */
export function librariesOf({ tapes }: Pick<FileState, "tapes">): string[] {
  return tapes.length === 0 ? [""] : [...new Set(tapes.map(libraryOf))];
}

/** The state of each path. Throws if the tape system cannot be asked. */
export async function fileStates(
  facility: StageFacility,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, FoundState>> {
  const found = new Map<string, FoundState>();
  for (const part of partsOf(paths))
    for (const [path, state] of await askPart(facility, part, signal)) found.set(path, state);
  return found;
}

function partsOf(paths: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const path of paths) {
    const size = Buffer.byteLength(path) + 1;
    const last = parts.at(-1) ?? [];
    if (last.length > 0 && (last.length >= mostPaths || bytes + size > mostBytes)) {
      parts.push([path]);
      bytes = size;
    } else {
      last.push(path);
      bytes += size;
    }
  }
  return parts.filter((part) => part.length > 0);
}

async function askPart(
  facility: StageFacility,
  paths: string[],
  signal?: AbortSignal,
): Promise<Map<string, FoundState>> {
  const ask = (names: string[]) => callEeadm(facility, ["file", "state", "-s", ...names], signal);
  const answer = await ask(paths);
  const found = new Map<string, FoundState>(parseStates(answer.output));
  const silent = paths.filter((path) => !found.has(path));
  const present: string[] = [];
  for (const path of silent)
    if (await isThere(path)) present.push(path);
    else found.set(path, "missing");
  // It may stop at the first name that it does not know: the rest is asked for one by one.
  let failures = 0;
  for (const path of present) {
    const alone = paths.length === 1 ? answer : await ask([path]);
    const state = parseStates(alone.output).get(path);
    if (!state) failures++;
    found.set(path, state ?? { unknown: reasonOf(alone) });
    const isDeaf = failures === Math.min(3, present.length) && failures === answeredOf(found);
    if (isDeaf) throw new Error(`The tape system cannot be asked: ${reasonOf(alone)}`);
  }
  return found;
}

/** How many have an answer of `eeadm`, be it that there is none. */
function answeredOf(found: Map<string, FoundState>): number {
  return [...found.values()].filter((state) => state !== "missing").length;
}

function reasonOf(answer: Answer): string {
  return `\`eeadm file state\` ended with ${answer.exit} (${firstLine(answer)})`;
}

/** A file of which the disk says nothing, such as by EIO, is not missing. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return !["ENOENT", "ENOTDIR"].includes(code);
  }
}
