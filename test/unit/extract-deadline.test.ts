import { expect, test } from "vitest";
import { deadlineSeconds } from "../../src/operations/extract/perform.ts";

test("a command has a minute, and a second more for each megabyte of its file", () => {
  const megabyte = 2 ** 20;
  expect([0, 1, megabyte, 100 * megabyte, 2 ** 30].map(deadlineSeconds)).toEqual([
    ...[60, 61, 61, 160, 1084],
  ]);
});
