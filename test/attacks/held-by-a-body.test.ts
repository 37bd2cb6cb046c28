// A caller sends a body that takes long to read, so that everybody else waits.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeLargeBodies } from "../../src/http/json/large-bodies.ts";
import { type Api, openApi } from "../support/api.ts";
import { heavyBodies } from "../support/heavy-bodies.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const megabyte = 1024 * 1024;

/** Sends a part of a body, and keeps the connection open. */
function begin(path: string, length: number | "chunked", method = "POST"): Opened {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  let text = "";
  let isClosed = false;
  socket.on("data", (bytes) => (text += bytes));
  socket.on("error", () => undefined);
  socket.on("close", () => (isClosed = true));
  const size = length === "chunked" ? "transfer-encoding: chunked" : `content-length: ${length}`;
  socket.write(
    `${method} ${path} HTTP/1.1\r\nhost: ${new URL(api.url).host}\r\n` +
      `content-type: application/json\r\n${size}\r\n\r\n`,
  );
  return { socket, text: () => text, isClosed: () => isClosed };
}

interface Opened {
  socket: Socket;
  text(): string;
  isClosed(): boolean;
}

test("a body that says it is too large is refused before any of it has arrived", async () => {
  for (const [path, megabytes] of [
    ["/v1/requests", 64],
    ["/v1/work/reports", 16],
    ["/v1/work/claim", 1],
    ["/servicex/transformation", 64],
  ] as const) {
    const { text, isClosed } = begin(path, megabytes * megabyte + 1);
    await until(() => text().includes(`larger than ${megabytes} MB`));
    expect(text()).toMatch(/^HTTP\/1.1 413 /);
    await until(isClosed);
  }
});

test.each([
  ["nesting", "/v1/requests", '{"dataset":'.repeat(9000), 400, "nested deeper"],
  [
    "nesting in a list",
    "/v1/requests",
    `{"dataset":{"files":[${"[".repeat(90_000)}`,
    400,
    "nested",
  ],
  ["unknown keys", "/v1/requests", `{${'"k":1,'.repeat(30_000)}`, 413, "keys and values"],
  ["unknown keys", "/v1/work/claim", `{${'"k":1,'.repeat(30_000)}`, 413, "keys and values"],
  ["a wrong list", "/v1/work/heartbeat", `{"tasks":[${"1,".repeat(60_000)}`, 413, "keys and val"],
  ["wrong files", "/v1/requests", `{"dataset":{"files":[${"1,".repeat(50_000)}`, 400, "files.0"],
  ["a report", "/v1/work/reports", `{"reports":[{${'"k":1,'.repeat(90_000)}`, 413, "element"],
  ["reports", "/v1/work/reports", `{"reports":[${"1,".repeat(50_000)}`, 400, "at most 1000 items"],
  ["a file", "/v1/requests", `{"dataset":{"files":["${"a".repeat(5_000_000)}`, 413, "element"],
])("%s without end to %s is refused while it arrives", async (_, path, body, status, words) => {
  const parsing = vi.spyOn(JSON, "parse");
  const { socket, text, isClosed } = begin(path, path.endsWith("s") ? 15e6 : megabyte);
  socket.write(body);
  await until(() => text().includes(words));
  expect(text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  for (const [json] of parsing.mock.calls) expect(json.length).toBeLessThan(200_000);
  parsing.mockRestore();
  await until(isClosed);
});

test("a refused body is not read to its end", async () => {
  const { socket, text, isClosed } = begin("/v1/requests", "chunked");
  const chunk = Buffer.from(`10000\r\n${"[".repeat(65_536)}\r\n`);
  let sent = 0;
  while (!isClosed() && sent < 2000 * megabyte) {
    if (!socket.write(chunk))
      await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
    sent += chunk.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(isClosed()).toBe(true);
  expect(text()).toMatch(/^HTTP\/1.1 400 /);
});

test("no heavy body is parsed as a whole", async () => {
  const parsing = vi.spyOn(JSON, "parse");
  for (const { name, method, path, type = "", body } of heavyBodies.filter(
    ({ isGood }) => !isGood,
  )) {
    const bytes = Buffer.from(body());
    const headers = { "content-type": type, "content-length": String(bytes.length) };
    const answer = await api.call({ method, path, headers, body: bytes });
    expect(answer.status, `${name}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
    expect(answer.text.length, name).toBeLessThan(megabyte);
    const longest = Math.max(0, ...parsing.mock.calls.map(([json]) => json.length));
    expect(longest, name).toBeLessThan(9 * megabyte);
    parsing.mockClear();
  }
  parsing.mockRestore();
});

test("a sender that is slow gives up its place when another waits", async () => {
  const few = makeLargeBodies({ mostAtOnce: 1, slowSeconds: 0, patienceSeconds: 30 });
  const slow = few.place();
  await slow.take(2 * megabyte, 2 * megabyte);
  const ended = new Promise<Error>((resolve) => slow.onOverdue(resolve));
  const next = few.place();
  const taken = next.take(2 * megabyte, 2 * megabyte);
  expect(await ended).toMatchObject({ status: 408, code: "slow_body" });
  slow.release();
  await taken;
  next.release();
});

test("so many large bodies are read at once as fit into memory; the others wait", async () => {
  const few = makeLargeBodies({ mostAtOnce: 4, mostBytes: 128 * megabyte });
  const places = Array.from({ length: 5 }, () => few.place());
  const reading: number[] = [];
  const takes = places.map(async (place, n) => {
    // Chunked: it may become as large as the limit.
    await place.take(2 * megabyte, (n === 3 ? 1.5 : 64) * megabyte);
    reading.push(n);
  });
  await Promise.all(takes.slice(0, 2));
  expect(reading).toEqual([0, 1]);
  places[0]?.release();
  await takes[2];
  expect(reading).toEqual([0, 1, 2]);
  for (const place of places.slice(1, 3)) place.release();
  await Promise.all(takes);
  expect(reading.sort()).toEqual([0, 1, 2, 3, 4]);
});
