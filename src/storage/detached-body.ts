import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";

/**
 * The body of a call as a stream that may be given up without hanging up on the caller: whoever is refused in the middle of an upload still
 * reads why. What remains of it is received and thrown away.
 */
export function detachedBody(request: IncomingMessage): Readable {
  const body = new PassThrough();
  request.pipe(body);
  request.on("error", (error) => body.destroy(error));
  request.on("close", () => {
    if (!request.complete)
      body.destroy(Object.assign(new Error("The caller hung up."), { code: "ECONNRESET" }));
  });
  // Whoever reads the body hears of its fault; where nobody does any more it must not end the process.
  body.on("error", () => request.unpipe(body));
  body.on("close", () => {
    request.unpipe(body);
    request.resume();
  });
  return body;
}

/** Gives the body up in the end, read or not: what nobody reads would block the connection. */
export async function consuming<Answer>(
  body: Readable,
  use: (body: Readable) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await use(body);
  } finally {
    body.destroy();
  }
}
