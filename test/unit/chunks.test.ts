import { expect, test } from "vitest";
import { chunksOf } from "../../src/datasets/chunks.ts";

const pathsOf = (file: string | string[]) => file;
const sizes = (list: (string | string[])[]) =>
  [...chunksOf(list, pathsOf)].map(({ start, files }) => [start, files.length]);

test("a list is cut where a statement would have too many files", () => {
  expect(sizes([])).toEqual([]);
  expect(sizes(Array(2_000).fill("a"))).toEqual([[0, 2_000]]);
  expect(sizes(Array(4_001).fill("a"))).toEqual([
    [0, 2_000],
    [2_000, 2_000],
    [4_000, 1],
  ]);
});

test("a list is cut where a statement would have too much text", () => {
  const path = "p".repeat(4_000);
  expect(sizes(Array(6).fill(Array(100).fill(path)))).toEqual([
    [0, 2],
    [2, 2],
    [4, 2],
  ]);
  expect(sizes(["a", "b".repeat(2_000_000), "c"])).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
  ]);
});
