// What files are recorded with: their addresses as they may be shown, what tells them apart, and
// the secrets of their addresses.
import { hash } from "node:crypto";
import { identityOf, separate } from "../addresses/sealed.ts";
import type { SealKeys } from "../seal.ts";
import { timeSlice } from "../time-slice.ts";
import type { FoundFile } from "./contract.ts";

export interface RecordedFile extends FoundFile {
  /** identifies the file in its dataset */
  key: Buffer;
  /** null: its addresses hold no secret */
  sealed: Buffer | null;
}

export function recordedFiles(
  keys: SealKeys,
  files: readonly FoundFile[],
): Promise<RecordedFile[]> {
  return inSlices(files, (file) => ({ ...withoutSecretsOf(keys, file), key: keyOf(keys, file) }));
}

/**
 * Of a user's list, from a position on. The same paths twice are two files: the key carries the
 * position.
 */
export function listedFiles(
  keys: SealKeys,
  files: readonly FoundFile[],
  start: number,
): Promise<RecordedFile[]> {
  return inSlices(files, (file, index) => {
    const separated = withoutSecretsOf(keys, file);
    return { ...separated, key: sha256(JSON.stringify([start + index, ...separated.paths])) };
  });
}

export function keysOf(keys: SealKeys, files: readonly FoundFile[]): Promise<Buffer[]> {
  return inSlices(files, (file) => keyOf(keys, file));
}

/** A finder that gives its list again may order the replicas otherwise. */
function keyOf(keys: SealKeys, { paths }: FoundFile): Buffer {
  return sha256(JSON.stringify(paths.map((path) => identityOf(keys, path)).sort()));
}

/** Addresses are read character by character, and a list may have many megabytes of them. */
async function inSlices<Made>(
  files: readonly FoundFile[],
  make: (file: FoundFile, index: number) => Made,
): Promise<Made[]> {
  const pause = timeSlice();
  const made: Made[] = [];
  for (const [index, file] of files.entries()) {
    made.push(make(file, index));
    await pause();
  }
  return made;
}

/**
 * The new key of a file whose secrets were taken out later. The old key was made from the whole
 * address, so it is replaced.
 */
export function movedKey(id: number): Buffer {
  return sha256(JSON.stringify(["moved", id]));
}

function withoutSecretsOf(keys: SealKeys, file: FoundFile): Omit<RecordedFile, "key"> {
  const { shown, sealed } = separate(keys, file.paths);
  return { ...file, paths: shown, sealed };
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
