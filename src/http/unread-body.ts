import type { IncomingMessage, ServerResponse } from "node:http";

/** Node itself reads what is left of a body as short as this. */
const shortBytes = 64 * 1024;
/** If it closed at once, a client that is still sending would not see the response. */
const lingerMilliseconds = 1_000;

/**
 * Call it before a response is sent. If the body was not read to its end, the connection is closed
 * soon after the response, whatever the client still sends.
 */
export function closeUnread(response: ServerResponse): void {
  const { req: request } = response;
  if (request.complete || !mayBeLong(request)) return;
  response.once("finish", () => {
    const { socket } = request;
    const clock = setTimeout(() => socket.destroy(), lingerMilliseconds);
    socket.once("close", () => clearTimeout(clock));
    request.once("end", () => socket.destroySoon());
    socket.end();
  });
}

function mayBeLong({ headers }: IncomingMessage): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > shortBytes
  );
}
