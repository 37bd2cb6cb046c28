import type { IncomingMessage, ServerResponse } from "node:http";

/** Node itself reads what is left of a body as short as this. */
const shortBytes = 64 * 1024;
/** How long the rest of a body is discarded after the response. */
const lingerMilliseconds = 5_000;
/** How long the sender may pause meanwhile. */
const silentMilliseconds = 1_000;

/**
 * Call it before a response is sent. If the body was not read to its end, its rest is read and
 * discarded for a while, and then the connection is closed. Many clients read the response only
 * when they have sent everything; if the connection were closed before, the kernel would reset it,
 * and they would see a broken connection instead of the response.
 */
export function closeUnread(response: ServerResponse): void {
  const { req: request } = response;
  if (request.complete || !mayBeLong(request)) return;
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  // Node calls this after a response with "connection: close"; it would close both directions.
  socket.destroySoon = () => void socket.end();
  response.setHeader("connection", "close");
  response.once("finish", () => {
    const linger = setTimeout(() => socket.destroy(), lingerMilliseconds);
    const silence = setTimeout(() => socket.destroy(), silentMilliseconds);
    socket.once("close", () => {
      clearTimeout(linger);
      clearTimeout(silence);
    });
    request.once("end", destroySoon);
    request.on("data", () => silence.refresh());
    request.resume();
  });
}

function mayBeLong({ headers }: IncomingMessage): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > shortBytes
  );
}
