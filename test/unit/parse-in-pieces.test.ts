import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parseInPieces } from "../../src/json/parse-in-pieces.ts";

const megabyte = 1024 * 1024;
const rules = {
  mostValues: 1_000,
  list: { path: ["reports"], mostBytes: megabyte, mostElementValues: 1_000 },
};
const padding = "x".repeat(20_000);

test("what is parsed in pieces is what is parsed at once", async () => {
  const body = fc.record({
    worker: fc.string({ unit: "grapheme" }),
    reports: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const json = JSON.stringify({ ...value, padding });
      expect(await parseInPieces(Buffer.from(json), rules)).toEqual(JSON.parse(json));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("a long list is never parsed as a whole", async () => {
  const value = { worker: "w", reports: Array.from({ length: 100_000 }, (_, n) => ({ file: n })) };
  const content = Buffer.from(JSON.stringify(value));
  const parsing = vi.spyOn(JSON, "parse");
  const parsed = await parseInPieces(content, rules);
  const longest = Math.max(...parsing.mock.calls.map(([text]) => text.length));
  parsing.mockRestore();
  expect(parsed).toEqual(value);
  expect(longest).toBeLessThan(200_000);
});

test.each([
  ["depth", `{"a":${"[".repeat(100)}${padding}`, "nested deeper"],
  ["keys", `{"padding":"${padding}"${',"a":1'.repeat(2_000)}}`, "keys and values"],
  ["values of an element", `{"reports":["${padding}",[${"1,".repeat(2_000)}`, "An element"],
  ["a long element", `{"reports":["${"x".repeat(megabyte + 1)}`, "larger than 1 MB"],
  ["the same list twice", `{"reports":["${padding}"],"reports":["${padding}"]}`, "twice"],
  ["an empty place", `{"reports":["${padding.repeat(4)}",,"${padding.repeat(4)}"]}`, "JSON"],
  ["a comma at the end", `{"reports":["${padding.repeat(4)}",]}`, "is missing"],
  ["an open list", `{"reports":["${padding}"`, "JSON"],
])("%s is refused", async (_, json, words) => {
  await expect(parseInPieces(Buffer.from(json), rules)).rejects.toThrow(words);
});
