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
    if (!request.complete) body.destroy(Object.assign(new Error("The caller hung up."), { code: "ECONNRESET" }));
  });
  body.on("close", () => {
    request.unpipe(body);
    request.resume();
  });
  return body;
}
