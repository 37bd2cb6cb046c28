import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { closeUnread } from "../http/unread-body.ts";
import { exactLength } from "../storage/exact-length.ts";
import type { Reply } from "./call.ts";

export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Reply,
): Promise<void> {
  closeUnread(response);
  if (typeof body === "object") {
    response.writeHead(status, headers);
    const length = headers?.["content-length"];
    if (length === undefined) await pipeline(body, response);
    else await pipeline(body, exactLength(Number(length)), response);
    return;
  }
  const content = body === undefined || request.method === "HEAD" ? undefined : Buffer.from(body);
  const described =
    content === undefined
      ? {}
      : { "content-type": "application/xml", "content-length": content.length };
  response.writeHead(status, {
    ...(content === undefined && status === 200 ? { "content-length": 0 } : {}),
    ...described,
    ...headers,
  });
  response.end(content);
}
