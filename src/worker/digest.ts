import { createHash } from "node:crypto";
import { type BigIntStats, createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { LocalFile } from "../inputs/local.ts";
import type { InputRead } from "../requests/views.ts";

export interface Digesting {
  /**
   * Called after the work on the file. Undefined if the file changed since `startDigest`, or could
   * not be read again: what was read is then unknown.
   */
  result(): Promise<InputRead | undefined>;
  stop(): void;
}

/** Large pieces: between them, the worker does other things. */
const pieceBytes = 1024 * 1024;
/** File systems tell times by the kernel's ticks: two changes within one have the same. */
const tickMilliseconds = 20;

/**
 * The size and checksum of an input. Resolves before anybody reads it. A download is summed while
 * it is written; a file of the disk is read whole, beside the program that works on it, so that the
 * second of the two finds it in memory. It is not known which bytes that program read of a file
 * that changed meanwhile, so that such a file has no checksum.
 */
export async function startDigest(input: LocalFile, signal: AbortSignal): Promise<Digesting> {
  const { path, size, sha256 } = input;
  if (sha256 !== undefined)
    return { result: async () => ({ size, sha256 }), stop: () => undefined };
  const stopping = new AbortController();
  const before = await stat(path, { bigint: true }).catch(() => undefined);
  const isSettled = before && Number(before.ctimeMs) < Date.now() - tickMilliseconds;
  const either = AbortSignal.any([signal, stopping.signal]);
  const sum = isSettled ? sumOf(path, either).catch(() => undefined) : Promise.resolve(undefined);
  return {
    async result() {
      const read = await sum;
      const after = await stat(path, { bigint: true }).catch(() => undefined);
      const isWhole = read?.size === size && after?.size === BigInt(size);
      return isWhole && before && isSame(before, after) ? read : undefined;
    },
    stop: () => stopping.abort(),
  };
}

/** The time of the last change tells it also where the time of the last write was set back. */
function isSame(before: BigIntStats, after: BigIntStats): boolean {
  const names = ["dev", "ino", "mtimeNs", "ctimeNs"] as const;
  return names.every((name) => before[name] === after[name]);
}

async function sumOf(path: string, signal: AbortSignal): Promise<InputRead> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes, signal })) {
    hash.update(piece as Buffer);
    size += (piece as Buffer).length;
  }
  return { size, sha256: hash.digest("hex") };
}
