import { expect, test } from "vitest";
import { mostBusy, type OpenWork } from "../../src/requests/scheduler/most-busy.ts";

const work = (files: number, more: Partial<OpenWork> = {}): OpenWork => ({
  operation: "x",
  owner: "a",
  files,
  request: null,
  workers: null,
  slots: null,
  slotsPerUser: null,
  ...more,
});

test.each<[string, OpenWork[], number]>([
  ["nothing", [], 0],
  ["files without limits", [work(7), work(3, { owner: "b" })], 10],
  ["slots of the operation", [work(7, { slots: 4 }), work(3, { owner: "b", slots: 4 })], 4],
  ["no slots", [work(7, { slots: 0 })], 0],
  [
    "slots of each user",
    [work(7, { slotsPerUser: 2 }), work(1, { owner: "b", slotsPerUser: 2 })],
    3,
  ],
  [
    "workers of a request with files in two operations, beside a full operation",
    [
      work(2, { request: "r", workers: 2 }),
      work(2, { request: "r", workers: 2, operation: "y" }),
      work(10, { operation: "z", slots: 1, owner: "b" }),
    ],
    3,
  ],
  [
    "a request that leaves the full operation to another",
    [
      work(1, { request: "r", workers: 1, slots: 1 }),
      work(1, { request: "r", workers: 1, operation: "y", slots: 1 }),
      work(1, { request: "s", workers: 1, slots: 1, owner: "b" }),
      work(1, { request: "s", workers: 1, slots: 0, operation: "z", owner: "b" }),
    ],
    2,
  ],
  [
    "slots of a user over requests with and without a limit",
    [
      work(5, { slotsPerUser: 3 }),
      work(2, { request: "r", workers: 2, slotsPerUser: 3 }),
      work(1, { request: "r", workers: 2, operation: "y" }),
    ],
    4,
  ],
])("%s", (_, given, most) => {
  expect(mostBusy(given)).toBe(most);
  expect(mostBusy(given.toReversed())).toBe(most);
});
