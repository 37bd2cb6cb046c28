import { Transform } from "node:stream";

/**
 * Passes a body on, and fails if it has fewer or more bytes than were announced, so that the
 * connection breaks instead of ending as if all was sent.
 */
export function exactLength(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      done(left < 0 ? changed(bytes) : null, chunk);
    },
    flush(done) {
      done(left > 0 ? changed(bytes) : null);
    },
  });
}

function changed(bytes: number): Error {
  return new Error(`The object changed while it was sent: it no longer has ${bytes} bytes.`);
}
