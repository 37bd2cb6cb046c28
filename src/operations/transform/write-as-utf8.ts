import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import type { FileKind } from "./file-kind.ts";

/**
 * Copies text as UTF-8, since DuckDB reads nothing else reliably; returns why that cannot be done.
 */
export async function writeAsUtf8(
  from: string,
  to: string,
  { encoding, gzip }: FileKind,
  mostBytes: number,
): Promise<string | undefined> {
  const steps = [...(gzip ? [createGunzip()] : []), decoderOf(encoding), atMost(mostBytes)];
  try {
    await pipeline([createReadStream(from), ...steps, createWriteStream(to)]);
    return undefined;
  } catch (error) {
    if (error instanceof TooLargeError)
      return `is larger than ${mostBytes / 1024 / 1024} MB as UTF-8, the most that is converted.`;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_")) return `cannot be unpacked: ${message}.`;
    if (error instanceof TypeError) return `is not ${encoding.toUpperCase()}.`;
    throw error;
  }
}

class TooLargeError extends Error {}

function decoderOf(encoding: FileKind["encoding"]): Transform {
  // What the web calls latin1 is windows-1252
  if (encoding === "latin-1")
    return new Transform({
      transform: (chunk: Buffer, _, done) => done(null, chunk.toString("latin1")),
    });
  let decoder: TextDecoder | undefined;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      decoder ??= new TextDecoder(isBigEndian(chunk) ? "utf-16be" : "utf-16le", { fatal: true });
      convert(() => decoder?.decode(chunk, { stream: true }), done);
    },
    flush(done) {
      convert(() => decoder?.decode(), done);
    },
  });
}

function convert(
  decode: () => string | undefined,
  done: (error: Error | null, text?: string) => void,
): void {
  try {
    done(null, decode() ?? "");
  } catch (error) {
    done(error as Error);
  }
}

/** By its mark, else by the zero byte of a first ASCII letter. */
function isBigEndian(chunk: Buffer): boolean {
  return (chunk[0] === 0xfe && chunk[1] === 0xff) || (chunk[0] === 0 && chunk[1] !== 0);
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      left -= chunk.length;
      done(left < 0 ? new TooLargeError() : null, chunk);
    },
  });
}
