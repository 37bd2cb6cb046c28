import { expect, test } from "vitest";
import { duration } from "../../src/client/cli/given/duration.ts";

const time = duration(1, 31_622_400);

test.each([
  ["1", 1],
  ["90", 90],
  ["90s", 90],
  ["10m", 600],
  ["2h", 7_200],
  ["1d", 86_400],
  ["2w", 1_209_600],
  ["1h30m", 5_400],
  ["1.5H", 5_400],
  [" 366d ", 31_622_400],
])("%s is %d seconds", (text, seconds) => {
  expect(time(text)).toBe(seconds);
});

test.each([
  "",
  "0",
  "soon",
  "m",
  "10 m",
  "-1h",
  "1.5",
  "0.1s",
  "1m1m",
  "10min",
  "1e3",
  "1h,30m",
  "367d",
])("%j is refused, with what is expected", (text) => {
  expect(() => time(text)).toThrow(/such as 90s, 10m, 2h, 1d .*at least 1s, at most 366d\.$/);
});
