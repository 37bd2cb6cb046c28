import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { contentOf } from "../../src/worker/content.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder("content");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const megabyte = 1024 * 1024;

function written(name: string, bytes: Buffer) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return contentOf({ path, size: bytes.length });
}

test("equal bytes under two names are one content, also of an empty file", async () => {
  expect(await written("a", Buffer.from("1,2"))).toBe(await written("b", Buffer.from("1,2")));
  expect(await written("c", Buffer.alloc(0))).toBe(await written("d", Buffer.alloc(0)));
  expect(await written("e", Buffer.from("1,3"))).not.toBe(await written("a", Buffer.from("1,2")));
});

test("large files differ by their size and by either end", async () => {
  const large = Buffer.alloc(17 * megabyte, "x");
  const changed = (at: number) => {
    const copy = Buffer.from(large);
    copy[at] = 0;
    return copy;
  };
  const contents = [
    await written("large", large),
    await written("first", changed(0)),
    await written("last", changed(large.length - 1)),
    await written("longer", Buffer.alloc(18 * megabyte, "x")),
  ];
  expect(new Set(contents).size).toBe(4);
  expect(await written("copy", large)).toBe(contents[0]);
});
