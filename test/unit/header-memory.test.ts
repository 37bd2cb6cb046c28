import { mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { headerMemory } from "../../src/operations/extract/header-memory.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "header-memory-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** As if it had been written a minute ago. */
function write(name: string, text: string): string {
  const path = join(folder, `${name}.nc`);
  writeFileSync(path, text);
  vi.useFakeTimers({ now: statSync(path).ctimeMs + 60_000, toFake: ["Date"] });
  return path;
}

const memory = (most = 10) => headerMemory<string>({ most, sizeOf: ({ length }) => length });

test("what was read of a file is known until the file is another", async () => {
  const known = memory();
  const path = write("a", "a");
  const read = vi.fn(async () => "first");
  for (let time = 0; time < 3; time++) expect(await known.of(path, read)).toBe("first");
  expect(read).toHaveBeenCalledTimes(1);
  utimesSync(path, 1, 1);
  expect(await known.of(path, async () => "of another time")).toBe("of another time");
  write("a", "ab");
  expect(await known.of(path, async () => "second")).toBe("second");
});

test("the same file is known by a link, and another of its size and time is not", async () => {
  const known = memory();
  const path = write("a", "a");
  await known.of(path, async () => "a");
  const link = join(folder, "link");
  symlinkSync(path, link);
  expect(await known.of(link, async () => "not known")).toBe("a");
  expect(await known.of(write("b", "b"), async () => "b")).toBe("b");
});

test("nothing is known of a file that has just been written", async () => {
  const known = memory();
  const path = write("a", "a");
  vi.setSystemTime(statSync(path).ctimeMs + 1_000);
  for (const said of ["a", "b"]) expect(await known.of(path, async () => said)).toBe(said);
});

test("nothing is known of a file that was written while it was read, or could not be", async () => {
  const known = memory();
  const path = write("a", "a");
  const writing = async () => {
    write("a", "longer");
    return "half";
  };
  expect(await known.of(path, writing)).toBe("half");
  expect(await known.of(path, async () => undefined)).toBeUndefined();
  expect(await known.of(path, async () => "whole")).toBe("whole");
});

test("the longest unused is forgotten", async () => {
  const known = memory(2);
  const [a, b, c] = [write("a", "a"), write("b", "b"), write("c", "c")];
  for (const path of [a, b, a, c]) await known.of(path, async () => "x");
  expect(await known.of(a, async () => "y")).toBe("x");
  expect(await known.of(b, async () => "y")).toBe("y");
});
