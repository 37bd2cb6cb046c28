import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "../../src/cursor.ts";

const key = ["2026-11-26T01:02:03.123456Z", "6f1a2b3c-0000-4000-8000-000000000001", "17"];
const shape = ["time", "uuid", "number"] as const;

test("a cursor gives back the key it was made of, and fits in a URL", () => {
  const cursor = encodeCursor([key[0] ?? "", key[1] ?? "", 17]);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(decodeCursor(cursor, [...shape])).toEqual(key);
});

test.each([
  ["nothing", ""],
  ["no base64 of JSON", "!!!"],
  ["JSON that is no list", Buffer.from('{"a":1}').toString("base64url")],
  ["a list of numbers", Buffer.from("[1,2,3]").toString("base64url")],
  ["too few parts", encodeCursor(key.slice(0, 2))],
  ["too many parts", encodeCursor([...key, 1])],
  ["parts in another order", encodeCursor(key.toReversed())],
  ["a time without microseconds", encodeCursor(["2026-11-26T01:02:03Z", key[1] ?? "", 1])],
  ["a number of nineteen digits", encodeCursor([key[0] ?? "", key[1] ?? "", "1".repeat(19)])],
  ["SQL in place of a number", encodeCursor([key[0] ?? "", key[1] ?? "", "1; DROP TABLE files"])],
])("%s is refused with a 400 that names the cursor", (_, cursor) => {
  expect(() => decodeCursor(cursor, [...shape])).toThrow(
    expect.objectContaining({
      status: 400,
      code: "bad_cursor",
      errors: [expect.objectContaining({ pointer: "cursor" })],
    }),
  );
});

test.each([
  "9999-99-99T99:99:99.000000Z",
  "2026-02-31T00:00:00.000000Z",
  "0000-01-01T00:00:00.000000Z",
])("a time that does not exist is no part of a cursor: %s", (time) => {
  expect(() => decodeCursor(encodeCursor([time]), ["time"])).toThrow("does not belong");
});

test("dashes alone are no id", () => {
  expect(() => decodeCursor(encodeCursor(["-".repeat(36)]), ["uuid"])).toThrow("does not belong");
});
