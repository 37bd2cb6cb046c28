import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { timeSlice } from "../../src/time-slice.ts";

let now = 0;

beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a slice pauses only once the event loop has been held for 10 ms", async () => {
  const pause = timeSlice();
  now = 9;
  expect(pause()).toBeUndefined();
  now = 10;
  const paused = pause();
  expect(paused).toBeInstanceOf(Promise);
  await paused;
  now = 19;
  expect(pause()).toBeUndefined();
});

test("loops that share a slice continue together in the next turn of the event loop", async () => {
  const pause = timeSlice();
  now = 10;
  let continued = 0;
  for (let loop = 0; loop < 1_000; loop++) void pause()?.then(() => continued++);
  expect(continued).toBe(0);
  await nextTurn();
  expect(continued).toBe(1_000);
});

test("loops with slices of their own continue one in each turn, in their order", async () => {
  const pauses = [timeSlice(), timeSlice(), timeSlice()];
  now = 10;
  const continued: number[] = [];
  for (const [index, pause] of pauses.entries()) void pause()?.then(() => continued.push(index));
  for (const expected of [[0], [0, 1], [0, 1, 2]]) {
    await nextTurn();
    expect(continued).toEqual(expected);
  }
});
