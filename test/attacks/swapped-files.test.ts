// A person who may write below an input root exchanges a file between its check and its reading.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InputError } from "../../src/inputs/input-error.ts";
import { openLocalFile } from "../../src/inputs/local.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("swapped");
const elsewhere = temporaryFolder("swapped-elsewhere");
const folders = { roots: [root], closed: [] };
const harmless = "a\n1\n";
const secret = "somebody's password";

beforeAll(() => {
  writeFileSync(join(root, "harmless"), harmless);
  writeFileSync(join(elsewhere, "table.csv"), secret);
});
afterAll(() => {
  for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

/** Puts one thing after another in a place, until it is stopped; says how many rounds it made. */
async function exchange(place: string, steps: string[]): Promise<{ stop(): Promise<number> }> {
  const thread = new Worker(new URL("./exchange-thread.mjs", import.meta.url), {
    workerData: { place, steps, root, elsewhere },
  });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        thread.on("message", resolve);
        thread.on("error", reject);
        thread.postMessage("stop");
      }),
  };
}

/** Opens the file again and again; every time it is the harmless one, or it is refused. */
async function readManyTimes(place: string): Promise<{ read: number; refused: number }> {
  const seen = { read: 0, refused: 0 };
  for (let at = 0; at < 3000; at++) {
    try {
      const file = await openLocalFile(place, folders);
      expect(readFileSync(file.path, "utf8")).toBe(harmless);
      await file.close();
      seen.read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(["forbidden", "not_found", "bad_input"]).toContain(error.class);
      expect(error.message).not.toContain(secret);
      seen.refused++;
    }
  }
  return seen;
}

test("a link put in a file's place never makes the service read what lies outside the roots", async () => {
  const place = join(root, "table.csv");
  writeFileSync(place, harmless);
  const exchanging = await exchange(place, ["link", "file"]);
  const seen = await readManyTimes(place);
  expect(await exchanging.stop()).toBeGreaterThan(50);
  expect(seen.read).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
});

test("a folder exchanged for a link never leads the service out of the roots", async () => {
  const folder = join(root, "folder");
  mkdirSync(folder);
  writeFileSync(join(folder, "table.csv"), harmless);
  const exchanging = await exchange(folder, ["folderLink", "folder"]);
  const seen = await readManyTimes(join(folder, "table.csv"));
  expect(await exchanging.stop()).toBeGreaterThan(50);
  expect(seen.read + seen.refused).toBe(3000);
  expect(seen.refused).toBeGreaterThan(0);
});

test("a pipe put in a file's place does not keep the service waiting for its other end", async () => {
  execFileSync("mkfifo", [join(root, "pipe")]);
  const place = join(root, "piped.csv");
  writeFileSync(place, harmless);
  const exchanging = await exchange(place, ["pipe", "keepPipe", "file"]);
  const seen = await readManyTimes(place);
  expect(await exchanging.stop()).toBeGreaterThan(50);
  expect(seen.read + seen.refused).toBe(3000);
});

test("what is read is the file that was checked, also when its name leads elsewhere by then", async () => {
  const place = join(root, "later.csv");
  writeFileSync(place, harmless);
  const file = await openLocalFile(place, folders);
  rmSync(place);
  symlinkSync(join(elsewhere, "table.csv"), place);
  expect(readFileSync(file.path, "utf8")).toBe(harmless);
  await file.close();
});
