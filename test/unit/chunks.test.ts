import { expect, test } from "vitest";
import { chunksOf, type FileList } from "../../src/datasets/chunks.ts";

const pathsOf = (file: string | string[]) => file;
async function sizes(list: FileList<string | string[]>): Promise<[start: number, files: number][]> {
  const found: [number, number][] = [];
  for await (const { start, files } of chunksOf(list, pathsOf)) found.push([start, files.length]);
  return found;
}

test("a list is cut where a statement would have too many files", async () => {
  expect(await sizes([])).toEqual([]);
  expect(await sizes(Array(2_000).fill("a"))).toEqual([[0, 2_000]]);
  expect(await sizes(Array(4_001).fill("a"))).toEqual([
    [0, 2_000],
    [2_000, 2_000],
    [4_000, 1],
  ]);
});

test("a list is cut where a statement would have too much text", async () => {
  const path = "p".repeat(4_000);
  expect(await sizes(Array(6).fill(Array(100).fill(path)))).toEqual([
    [0, 2],
    [2, 2],
    [4, 2],
  ]);
  expect(await sizes(["a", "b".repeat(2_000_000), "c"])).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
  ]);
});

test("a list that is read piece by piece is cut within its pieces, and its places go on", async () => {
  const list = {
    length: 4_005,
    async *[Symbol.asyncIterator]() {
      yield Array<string>(2_001).fill("a");
      yield [];
      yield Array<string>(2_004).fill("b");
    },
  };
  expect(await sizes(list)).toEqual([
    [0, 2_000],
    [2_000, 1],
    [2_001, 2_000],
    [4_001, 4],
  ]);
});
