import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonScan } from "../../src/json/scan.ts";

const wide = {
  mostValues: 1e9,
  list: { path: ["a", "b"], mostBytes: 1e9, mostElementValues: 1e9 },
};

/** The body as it is put together again from what is outside the list and its pieces. */
function throughPieces(json: string, path: readonly string[], chunkBytes: number): unknown {
  const bytes = Buffer.from(json);
  const list: unknown[] = [];
  const pieces: string[] = [];
  const scan = new JsonScan({ ...wide, list: { ...wide.list, path } }, (piece) =>
    pieces.push(piece.toString()),
  );
  for (let at = 0; at < bytes.length; at += chunkBytes)
    scan.feed(bytes.subarray(at, at + chunkBytes));
  const outside = JSON.parse(scan.end().toString());
  for (const piece of pieces) list.push(...JSON.parse(`[${piece}]`));
  if (pieces.length === 0) return outside;
  if (path.length === 0) return list;
  const holder = path.slice(0, -1).reduce((value, key) => value[key], outside);
  expect(holder[path.at(-1) ?? ""]).toEqual([]);
  holder[path.at(-1) ?? ""] = list;
  return outside;
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom('"', "\\", '\\"', "[,", "{:", "]}"),
);

test("what is cut and put together again is what JSON.parse reads, wherever the chunks end", () => {
  const body = fc.record(
    {
      a: fc.oneof(fc.record({ b: fc.oneof(fc.array(odd), odd), c: odd }), odd),
      b: odd,
      x: odd,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(body, fc.array(odd), odd),
      fc.constantFrom(["a", "b"], ["b"], []),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 2 }),
      (value, path, chunkBytes, spaces) => {
        const json = JSON.stringify(value, null, spaces);
        expect(throughPieces(json, path, chunkBytes)).toEqual(JSON.parse(json));
      },
    ),
    { numRuns: 3000 },
  );
});

test("a long list comes in several pieces", () => {
  const list = Array.from({ length: 20_000 }, (_, n) => `file-${n}`);
  let pieces = 0;
  const scan = new JsonScan(wide, () => pieces++);
  scan.feed(Buffer.from(JSON.stringify({ a: { b: list } })));
  expect(pieces).toBeGreaterThan(3);
  expect(scan.end().toString()).toBe('{"a":{"b":[]}}');
});

const narrow = { mostValues: 10, list: { path: ["l"], mostBytes: 100, mostElementValues: 5 } };

test.each([
  ["keys outside the list", `{${'"a":1,'.repeat(6)}`, "too_many_values"],
  ["values of an element", '{"l":[[1,2,3,4,5,6', "too_many_values"],
  ["bytes outside the list", `{"x":"${"x".repeat(100)}`, "too_large"],
  ["bytes of an element", `{"l":[1,"${"x".repeat(100)}`, "too_large"],
  ["bytes of the last element", `{"l":[1,"${"x".repeat(100)}"]}`, "too_large"],
  ["the list twice", '{"l":[1],"l":[', "bad_json"],
])("too much is refused as soon as it is seen: %s", (_, json, code) => {
  for (const chunkBytes of [1, 7, 1000]) {
    const scan = new JsonScan(narrow);
    const feed = () => {
      for (let at = 0; at < json.length; at += chunkBytes)
        scan.feed(Buffer.from(json.slice(at, at + chunkBytes)));
    };
    expect(feed).toThrow(expect.objectContaining({ code }));
  }
});

test.each([
  ["outside the list", "[".repeat(65)],
  ["in the list", `{"l":[${"[".repeat(63)}`],
])("nesting is refused as soon as it is seen: %s", (_, json) => {
  const scan = new JsonScan({ ...wide, list: { ...wide.list, path: ["l"] } });
  expect(() => scan.feed(Buffer.from(json))).toThrow(expect.objectContaining({ code: "too_deep" }));
});

test("elements may be many, as long as each is small", () => {
  const scan = new JsonScan(narrow);
  scan.feed(Buffer.from(`{"l":[${"[1,2],".repeat(10_000)}[]]}`));
  expect(scan.end().toString()).toBe('{"l":[]}');
});

test("brackets and quotes in texts count for nothing", () => {
  const scan = new JsonScan({ mostValues: 3 });
  scan.feed(Buffer.from(`{"a":"${"[{,:".repeat(1000)}\\"[[[","b`));
  expect(() => scan.feed(Buffer.from('":[1'))).toThrow(
    expect.objectContaining({ code: "too_many_values" }),
  );
});
