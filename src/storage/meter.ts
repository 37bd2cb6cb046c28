import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { RequestError } from "../errors.ts";
import type { IfExists } from "./existing.ts";

export interface PutOptions {
  /** announced size in bytes */
  size?: number | undefined;
  /** most bytes accepted */
  limit?: number | undefined;
  /** what to do where an object has the name already; default `same` */
  existing?: IfExists | undefined;
  /** called when the body is complete, before the object can be seen; rejects to refuse it */
  confirm?: (() => Promise<void>) | undefined;
}

/** Counts and hashes a body. The stream fails if it is too long or too short. */
export function meter({ size, limit }: PutOptions): {
  stream: Transform;
  result(): { size: number; checksum: string };
} {
  if (size !== undefined && limit !== undefined && size > limit) throw tooLarge(limit);
  const hash = createHash("sha256");
  let seen = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (limit !== undefined && seen > limit) return done(tooLarge(limit));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(size === undefined || size === seen ? null : wrongSize(seen, size));
    },
  });
  return { stream, result: () => ({ size: seen, checksum: hash.digest("hex") }) };
}

function tooLarge(limit: number): RequestError {
  return new RequestError(
    413,
    "too_large",
    `The object is larger than the allowed ${limit} bytes.`,
  );
}

function wrongSize(seen: number, announced: number): RequestError {
  return new RequestError(
    400,
    "incomplete_body",
    `The body has ${seen} bytes, but ${announced} were announced.`,
  );
}

/** A sender that closes the connection is not an internal error. */
export function toBodyError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== "ECONNRESET" && code !== "ERR_STREAM_PREMATURE_CLOSE") return error;
  return new RequestError(400, "incomplete_body", "The body ended before it was complete.");
}
