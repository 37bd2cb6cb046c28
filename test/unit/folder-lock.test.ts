import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isLockedByUs, lockFolder } from "../../src/folder-lock.ts";
import { temporaryFolder } from "../support/folder.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("folder-lock");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a folder is ours until its lock is removed, alone or with it", () => {
  lockFolder(folder);
  expect(isLockedByUs(folder)).toBe(true);
  rmSync(join(folder, "lock"));
  expect(isLockedByUs(folder)).toBe(false);
  lockFolder(folder);
  rmSync(folder, { recursive: true });
  expect(isLockedByUs(folder)).toBe(false);
});

test("a service of another container, whose process has the same id, has the folder then", () => {
  lockFolder(folder);
  const lock = join(folder, "lock");
  const ours = JSON.parse(readFileSync(lock, "utf8"));
  writeFileSync(lock, JSON.stringify({ ...ours, startedAt: "another boot 1" }));
  expect(isLockedByUs(folder)).toBe(false);
});
