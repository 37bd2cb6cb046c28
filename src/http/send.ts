import type { ServerResponse } from "node:http";
import type { Reply } from "./route.ts";
import { closeUnread } from "./unread-body.ts";

export function send(response: ServerResponse, { status, body, headers }: Reply): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  closeUnread(response);
  if (body === undefined) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const text = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
