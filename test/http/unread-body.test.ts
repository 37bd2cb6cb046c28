// A call that is refused before its body has arrived. Like many clients, the callers here read the
// response only when they have sent everything.
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../support/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const megabyte = 1024 * 1024;
const opened = Buffer.alloc(60 * megabyte, "[");

async function sendAll(path: string, connection: string, body: Buffer): Promise<string> {
  const { port, host } = new URL(api.url);
  const socket = connect(Number(port), "127.0.0.1").pause();
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    socket.write(body, (error) => (error ? reject(error) : resolve()));
  });
  return text(socket);
}

test.each([
  ["close", "is refused while its body arrives", "/v1/requests", opened, 400],
  ["keep-alive", "is refused while its body arrives", "/v1/requests", opened, 400],
  ["close", "is refused by the length it announces", "/v1/work/claim", opened, 413],
  ["keep-alive", "is refused by the length it announces", "/v1/work/claim", opened, 413],
  ["close", "asks for a path that is not there", "/v1/nothing", opened, 404],
])("a caller (connection: %s) who %s reads why", async (connection, _, path, body, status) => {
  const response = await sendAll(path, connection, body);
  expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nconnection: close\r\n`, "i"));
  expect(response).toMatch(/\r\n\r\n\{.*"detail":".+\}$/);
});
