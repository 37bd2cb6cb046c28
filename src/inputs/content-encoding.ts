import { Duplex, pipeline, Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";

/** An encoding that is not known here, or a body that is not in the one that its server names. */
export class EncodingError extends Error {}

/** What undoes Content-Encoding, the last encoding first. */
export function decoders(header: string | string[] | undefined): Duplex[] {
  return String(header ?? "")
    .toLowerCase()
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "" && word !== "identity")
    .reverse()
    .map(decoder);
}

function decoder(word: string): Duplex {
  if (word === "gzip" || word === "x-gzip") return createGunzip();
  if (word === "deflate") return Duplex.from(inflated);
  if (word === "br") return createBrotliDecompress();
  throw new EncodingError(`Content-Encoding ${word} is not understood`);
}

/** With the header that the standard asks for, or without it, as many servers send it. */
async function* inflated(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const parts = body[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done) return;
  const inflate: Transform = hasHeader(first.value) ? createInflate() : createInflateRaw();
  async function* all() {
    yield first.value;
    for (let part = await parts.next(); !part.done; part = await parts.next()) yield part.value;
  }
  // What goes wrong reaches the one who reads
  pipeline(Readable.from(all()), inflate, () => undefined);
  yield* inflate;
}

function hasHeader(start: Buffer): boolean {
  const [first = 0, second = 0] = start;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

export function isBadEncoding(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  return error instanceof EncodingError || code.startsWith("Z_") || code.startsWith("ERR__ERROR_");
}
