// A call that is refused before its body has arrived. Like many clients, the callers here read the
// response only when they have sent everything.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../support/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const megabyte = 1024 * 1024;
/** Refused for its first bytes, and for its length where 1 MB is allowed. */
const body = Buffer.alloc(60 * megabyte, "[");

async function open(head: string): Promise<Socket> {
  const { port, host } = new URL(api.url);
  const socket = connect({ port: Number(port), allowHalfOpen: true }).pause();
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const [first = "", ...more] = head.split("\n");
  const lines = [`POST ${first} HTTP/1.1`, `host: ${host}`, "content-type: application/json"];
  socket.write(`${[...lines, ...more].join("\r\n")}\r\n\r\n`);
  return socket;
}

async function sendAll(path: string, connection: string): Promise<string> {
  const length = `content-length: ${body.length}`;
  const socket = await open(`${path}\nconnection: ${connection}\n${length}`);
  await new Promise<void>((resolve, reject) => {
    socket.write(body, (error) => (error ? reject(error) : resolve()));
  });
  return text(socket);
}

test.each([
  ["close", "is refused while its body arrives", "/v1/requests", 400],
  ["keep-alive", "is refused while its body arrives", "/v1/requests", 400],
  ["close", "is refused by the length it announces", "/v1/work/claim", 413],
  ["keep-alive", "is refused by the length it announces", "/v1/work/claim", 413],
  ["close", "asks for a path that is not there", "/v1/nothing", 404],
])("a caller (connection: %s) who %s reads why", async (connection, _, path, status) => {
  const response = await sendAll(path, connection);
  expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nconnection: close\r\n`, "i"));
  expect(response).toMatch(/\r\n\r\n\{.*"detail":".+\}$/);
});

test("a caller who goes on sending without end is cut off", async () => {
  const socket = await open("/v1/requests\ntransfer-encoding: chunked");
  const chunk = `10000\r\n${"[".repeat(0x10000)}\r\n`;
  socket.resume();
  while (!socket.destroyed) await new Promise<unknown>((resolve) => socket.write(chunk, resolve));
  expect(socket.errored).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
});
