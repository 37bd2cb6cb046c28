import type { IncomingMessage, ServerResponse } from "node:http";

/** Node itself reads what is left of a body as short as this. */
const shortBytes = 64 * 1024;
/** So long is the rest of a body discarded after the response, and so long may the sender pause. */
const lingerMilliseconds = 5_000;
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
  // Node calls this right after the response where it or the client says "connection: close".
  socket.destroySoon = () => void socket.end();
  response.setHeader("connection", "close");
  response.once("finish", () => {
    const close = () => socket.destroy();
    const clocks = [setTimeout(close, lingerMilliseconds), setTimeout(close, silentMilliseconds)];
    request.on("data", () => clocks[1]?.refresh());
    request.once("end", destroySoon);
    socket.once("close", () => clocks.forEach(clearTimeout));
    request.resume();
    socket.end();
  });
}

function mayBeLong({ headers }: IncomingMessage): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > shortBytes
  );
}
