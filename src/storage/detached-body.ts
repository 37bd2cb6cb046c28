import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";

/**
 * A request's body as a stream that can be destroyed without closing the connection, so that a
 * caller who is refused in the middle of an upload can read why. The rest of the body is discarded.
 */
export function detachedBody(request: IncomingMessage): Readable {
  const body = new PassThrough();
  request.pipe(body);
  request.on("error", (error) => body.destroy(error));
  request.on("close", () => {
    if (!request.complete)
      body.destroy(
        Object.assign(new Error("The caller closed the connection."), { code: "ECONNRESET" }),
      );
  });
  // Its reader gets the error; without a reader it must not end the process.
  body.on("error", () => request.unpipe(body));
  body.on("close", () => {
    request.unpipe(body);
    request.resume();
  });
  return body;
}

/** Destroys the body at the end, read or not: an unread body would block the connection. */
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
