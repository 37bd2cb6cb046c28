import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPieces } from "../../src/http/json/json-pieces.ts";

test("the pieces together are what JSON.stringify returns", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
    }),
  );
});

test.each([
  [{ a: undefined, b: [undefined, new Date(0)], c: new Date(0) }],
  [{ a: undefined }],
  [[undefined, { b: undefined }]],
  [{}],
  [[]],
])("%j has what JSON.stringify leaves out of it", (value) => {
  expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
});

test("no piece has more than one element of a list", () => {
  const items = Array.from({ length: 100 }, (_, n) => ({ n, text: "x".repeat(1_000) }));
  const longest = Math.max(...[...jsonPieces({ items, next: null })].map(({ length }) => length));
  expect(longest).toBeLessThan(1_100);
});
