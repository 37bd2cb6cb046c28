import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type LocalFile, openLocalFile } from "../../src/inputs/local.ts";
import { startDigest } from "../../src/worker/digest.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("digest");
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = Buffer.alloc(3_000_000, "a");
const { signal } = new AbortController();

/** A file of these bytes, which nobody has written just now. */
async function opened(name: string): Promise<LocalFile & { name: string }> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  await until(() => Date.now() - statSync(path).ctimeMs > 100);
  return { ...(await openLocalFile(path, { roots: [folder], closed: [] })), name: path };
}

test("a file has the size and the checksum of its bytes", async () => {
  const file = await opened("whole");
  const digest = await startDigest(file, signal);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(await digest.result()).toEqual({ size: bytes.length, sha256 });
  await file.close();
});

test("a file that changes until the work on it has ended has no checksum", async () => {
  const grown = await opened("grown");
  const first = await startDigest(grown, signal);
  appendFileSync(grown.name, "b");
  expect(await first.result()).toBeUndefined();

  const rewritten = await opened("rewritten");
  const { atime, mtime } = statSync(rewritten.name);
  const second = await startDigest(rewritten, signal);
  writeFileSync(rewritten.name, Buffer.alloc(bytes.length, "b"));
  utimesSync(rewritten.name, atime, mtime);
  expect(await second.result()).toBeUndefined();
  await Promise.all([grown.close(), rewritten.close()]);
});

test("a task that is given up ends the sum", async () => {
  const file = await opened("given up");
  const giveUp = new AbortController();
  const digest = await startDigest(file, giveUp.signal);
  giveUp.abort();
  expect(await digest.result()).toBeUndefined();
  await file.close();
});
