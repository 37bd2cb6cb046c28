// What a store answers to a result, and whether that costs its file a try.
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { uploadFile } from "../../src/worker/upload.ts";
import { StoreError, UploadError } from "../../src/worker/upload-error.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder("upload");
const file = join(folder, "result");
const content = "a result";
let server: Server;

beforeAll(() => writeFileSync(file, content));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function uploadTo(answer: RequestListener) {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/result`;
  const upload = { name: "result", method: "PUT" as const, url };
  return uploadFile(upload, file, new AbortController().signal);
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test.for([
  { status: 403, code: "QuotaExceeded" },
  { status: 400, code: "XMinioAdminBucketQuotaExceeded" },
])("a quota that is used up ($status $code) is the store's", async ({ status, code }) => {
  const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Full</Message></Error>`;
  const error = await errorOf(
    uploadTo((request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(status).end(text));
    }),
  );
  expect(error).toBeInstanceOf(StoreError);
  expect((error as Error).message).toContain(code);
});

test("another refusal is not the store's", async () => {
  const error = await errorOf(
    uploadTo((request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(403).end("<Error><Code>AccessDenied</Code>"));
    }),
  );
  expect(error).toBeInstanceOf(UploadError);
  expect(error).not.toBeInstanceOf(StoreError);
});

test("an upload whose last try meets the end of an outage is made again", async () => {
  let puts = 0;
  const result = await uploadTo((request, response) => {
    if (request.method !== "PUT") response.end();
    else if (++puts <= 4) request.destroy();
    else request.resume().on("end", () => response.end());
  });
  expect(puts).toBe(5);
  expect(result).toEqual({
    name: "result",
    size: content.length,
    checksum: createHash("sha256").update(content).digest("hex"),
  });
});

test("an upload that a store breaks which answers other calls costs a try", async () => {
  const error = await errorOf(
    uploadTo((request, response) => {
      if (request.method === "PUT") request.destroy();
      else response.end();
    }),
  );
  expect(error).toBeInstanceOf(UploadError);
  expect(error).not.toBeInstanceOf(StoreError);
}, 60_000);
