import { randomUUID } from "node:crypto";
import { appendFileSync, truncateSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";
import { folderStoreWithUrls } from "./object-server.ts";

let served: Awaited<ReturnType<typeof folderStoreWithUrls>>;
let bucket: string;
const folder = temporaryFolder("urls");

beforeAll(async () => {
  served = await folderStoreWithUrls(folder, 1_000_000);
  bucket = randomUUID();
  await served.store.put(bucket, 'dir/ä".csv', Buffer.from("0123456789"));
});
afterAll(async () => {
  await served.close();
  expect(served.faults).toEqual([]);
});

const urlOf = (verb: "GET" | "PUT", name = 'dir/ä".csv', seconds = 60) =>
  served.store.signedUrl(verb, bucket, name, seconds, "public");

test("a download has its length, its type, its file name and a version", async () => {
  const got = await fetch(await urlOf("GET"));
  expect(await got.text()).toBe("0123456789");
  expect(Object.fromEntries(got.headers)).toMatchObject({
    "content-length": "10",
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="?\\".csv"; filename*=UTF-8''%C3%A4%22.csv`,
    "accept-ranges": "bytes",
    etag: expect.stringMatching(/^"[0-9a-f]{32}-1"$/),
  });
  const head = await fetch(await urlOf("GET"), { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
    200,
    "10",
    "",
  ]);
});

test("a part of it, and none outside", async () => {
  const url = await urlOf("GET");
  const part = await fetch(url, { headers: { range: "bytes=2-4" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
    206,
    "bytes 2-4/10",
    "234",
  ]);
  const outside = await fetch(url, { headers: { range: "bytes=10-" } });
  expect([outside.status, outside.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  expect(((await outside.json()) as { detail: string }).detail).toBe(
    "The object has 10 bytes; none are in bytes=10-.",
  );
});

test("not again what the caller has already, and no part of another version", async () => {
  const url = await urlOf("GET");
  const etag = (await fetch(url)).headers.get("etag") ?? "";
  expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
  expect((await fetch(url, { headers: { "if-match": '"other"' } })).status).toBe(412);
  expect(
    (await fetch(url, { headers: { "if-range": '"other"', range: "bytes=0-1" } })).status,
  ).toBe(200);
  expect((await fetch(url, { headers: { "if-range": etag, range: "bytes=0-1" } })).status).toBe(
    206,
  );
});

test.each([
  ["truncated", (path: string) => truncateSync(path, 1000)],
  ["longer", (path: string) => appendFileSync(path, "more")],
])("a file that becomes %s while it is sent breaks the connection", async (_how, change) => {
  const name = `changing-${randomUUID()}`;
  await served.store.put(bucket, name, Buffer.alloc(64_000_000));
  const got = await fetch(await urlOf("GET", name));
  expect(got.headers.get("content-length")).toBe("64000000");
  // Most of it does not fit into the buffers between here and the file.
  change(join(folder, bucket, name));
  await expect(got.arrayBuffer()).rejects.toThrow("terminated");
});

test("an upload answers its size and checksum", async () => {
  const put = await fetch(await urlOf("PUT", "new"), { method: "PUT", body: "abc" });
  expect([put.status, await put.json()]).toEqual([
    200,
    { size: 3, checksum: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  ]);
  expect(await (await fetch(await urlOf("GET", "new"))).text()).toBe("abc");
});

test("an upload that is too large is refused with a sentence, announced or not, and leaves nothing", async () => {
  const url = await urlOf("PUT", "large");
  const announced = await fetch(url, { method: "PUT", body: Buffer.alloc(1_000_001) });
  expect([announced.status, ((await announced.json()) as { detail: string }).detail]).toEqual([
    413,
    "The object is larger than the allowed 1000000 bytes.",
  ]);
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(600_000));
      if ((controller.desiredSize ?? 0) < -2) controller.close();
    },
    start(controller) {
      controller.enqueue(new Uint8Array(600_000));
      controller.enqueue(new Uint8Array(600_000));
      controller.close();
    },
  });
  const flowing = await fetch(url, { method: "PUT", body: stream, duplex: "half" } as RequestInit);
  expect(flowing.status).toBe(413);
  expect(await served.store.head(bucket, "large")).toBeUndefined();
});

test("an upload that breaks off leaves nothing and is no fault of ours", async () => {
  const url = new URL(await urlOf("PUT", "broken"));
  const sent = request(url, { method: "PUT", headers: { "content-length": 1000 } });
  sent.on("error", () => undefined);
  sent.write("half");
  await new Promise((resolve) => sent.on("socket", (socket) => socket.on("connect", resolve)));
  sent.destroy();
  await fetch(await urlOf("GET"));
  await until(async () => (await served.store.head(bucket, "broken")) === undefined);
  expect(served.faults).toEqual([]);
});

test.each([
  ["another name", (url: string) => url.replace(".csv", ".txt")],
  ["another bucket", (url: string) => url.replace(bucket, randomUUID())],
  ["a later end", (url: string) => url.replace(/expires=\d+/, "expires=99999999999")],
  ["an end that is no number", (url: string) => url.replace(/expires=\d+/, "expires=x")],
  ["no signature", (url: string) => url.replace(/signature=.*/, "")],
  ["nothing signed", (url: string) => url.replace(/\?.*/, "")],
  ["a way out of the bucket", (url: string) => url.replace("/dir/", "/..%2f..%2f")],
])("the signature does not hold for %s", async (_, change) => {
  const answer = await fetch(change(await urlOf("GET")));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    403,
    "application/problem+json; charset=utf-8",
  ]);
  expect(((await answer.json()) as { detail: string }).detail).toContain(
    "signature does not allow GET",
  );
});

test("a URL for reading does not write, one for writing does not read, and an expired one says since when", async () => {
  expect((await fetch(await urlOf("GET"), { method: "PUT", body: "x" })).status).toBe(403);
  expect((await fetch(await urlOf("PUT"))).status).toBe(403);
  const expired = await fetch(await urlOf("GET", undefined, -1));
  expect(expired.status).toBe(403);
  expect(((await expired.json()) as { detail: string }).detail).toMatch(
    /^This URL expired at 20.*; ask for a new one\.$/,
  );
});

test("an object that is not there is not found", async () => {
  const answer = await fetch(await urlOf("GET", "nothing"));
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    404,
    'There is no object "nothing".',
  ]);
});
