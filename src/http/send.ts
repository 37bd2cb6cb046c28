import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { timeSlice } from "../time-slice.ts";
import { jsonPieces } from "./json/json-pieces.ts";
import type { Reply } from "./route.ts";
import { closeUnread } from "./unread-body.ts";

type Head = Omit<Reply, "body">;

/** A longer body is written piece by piece, and other calls go on meanwhile. */
const longText = 256 * 1024;

export function send(response: ServerResponse, { body, ...head }: Reply): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  closeUnread(response);
  if (body === undefined) {
    response.writeHead(head.status, head.headers);
    response.end();
  } else if (typeof body === "string" || Buffer.isBuffer(body)) {
    begin(response, head, Buffer.byteLength(body));
    response.end(body);
  } else {
    sendJson(response, head, jsonPieces(body));
  }
}

function sendJson(response: ServerResponse, head: Head, pieces: Generator<string>): void {
  let text = "";
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    text += next.value;
    if (text.length < longText) continue;
    sendLong(response, head, text, pieces).catch(() => response.destroy());
    return;
  }
  begin(response, head, Buffer.byteLength(text));
  response.end(text);
}

async function sendLong(
  response: ServerResponse,
  head: Head,
  first: string,
  rest: Generator<string>,
): Promise<void> {
  const pause = timeSlice();
  const chunks = [Buffer.from(first)];
  let text = "";
  for (const piece of rest) {
    text += piece;
    if (text.length < longText) continue;
    chunks.push(Buffer.from(text));
    text = "";
    await pause();
  }
  chunks.push(Buffer.from(text));
  begin(
    response,
    head,
    chunks.reduce((sum, { length }) => sum + length, 0),
  );
  await pipeline(async function* () {
    for (const chunk of chunks) {
      yield chunk;
      await pause();
    }
  }, response);
}

function begin(response: ServerResponse, { status, headers }: Head, length: number): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": length,
    ...headers,
  });
}
