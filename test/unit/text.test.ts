import { expect, test } from "vitest";
import { checkText, pointerTo, sanitizeText } from "../../src/http/text.ts";
import { readRange } from "../../src/storage/byte-range.ts";

const check = (json: string) => checkText(JSON.parse(json), json);
const sanitize = (json: string) => sanitizeText(JSON.parse(json), json);

test.each([
  ['{"a":["x","b\\u0000"]}', "/a/1", "NUL"],
  ['{"a/b":"\\ud800"}', "/a~1b", "surrogate"],
  ['{"\\u0000":1}', "/\0", "NUL"],
  ['"\\udfff"', "", "surrogate"],
])("%s is refused at %j", (json, pointer, words) => {
  expect(() => check(json)).toThrow(
    expect.objectContaining({
      status: 400,
      code: "bad_text",
      message: expect.stringContaining(words),
      errors: [expect.objectContaining({ pointer })],
    }),
  );
});

test("whole surrogate pairs and escapes of other characters are left as they are", () => {
  const json = '{"a":"\\ud83d\\ude00 \\u0001 \\\\u0000"}';
  expect(check(json)).toEqual({ a: "\u{1f600} \u0001 \\u0000" });
});

test("text that cannot be stored is replaced, but a key never is", () => {
  expect(sanitize('{"a":["x\\u0000y","\\ud800"],"b":1}')).toEqual({
    a: ["x\ufffdy", "\ufffd"],
    b: 1,
  });
  expect(() => sanitize('{"\\ud800":1}')).toThrow(expect.objectContaining({ code: "bad_text" }));
});

test("a body may be 64 levels deep, and no deeper", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(check(nested(64))).toEqual(JSON.parse(nested(64)));
  expect(() => check(nested(66))).toThrow(expect.objectContaining({ code: "too_deep" }));
});

test("a pointer escapes what RFC 6901 escapes", () => {
  expect(pointerTo(["a/b", "m~n", 0, ""])).toBe("/a~1b/m~0n/0/");
});

test.each([
  ["bytes=0-0", 10, { start: 0, end: 0 }],
  ["bytes=5-", 10, { start: 5, end: 9 }],
  ["bytes=5-99", 10, { start: 5, end: 9 }],
  ["bytes=-3", 10, { start: 7, end: 9 }],
  ["bytes=-99", 10, { start: 0, end: 9 }],
  ["Bytes=1-2", 10, { start: 1, end: 2 }],
  ["bytes=10-", 10, "unsatisfiable"],
  ["bytes=-0", 10, "unsatisfiable"],
  ["bytes=0-", 0, "unsatisfiable"],
  ["bytes=3-2", 10, undefined],
  ["bytes=0-1,3-4", 10, undefined],
  ["lines=0-1", 10, undefined],
  [undefined, 10, undefined],
] as const)("the range %j of %i bytes is %j", (header, size, range) => {
  expect(readRange(header, size)).toEqual(range);
});
