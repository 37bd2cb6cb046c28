import { expect, test } from "vitest";
import { lostQuestions, queueOf } from "../../src/datasets/ask-again.ts";
import type { SilentLookup } from "../../src/datasets/ask-store.ts";

const celery = "did_finder_rucio";
const plain = "rucio_did_requests";

function lookup(id: number, more: Partial<SilentLookup> = {}): SilentLookup {
  return {
    id,
    finder: "rucio",
    name: `set-${id}`,
    task: `task-${id}`,
    request: "r",
    queue: celery,
    times: 1,
    askedSeconds: 20,
    silentSeconds: 20,
    ...more,
  };
}
const held = (ready: number, consumers: number) => ({ ready, consumers });
const lost = (lookups: SilentLookup[], look: Parameters<typeof lostQuestions>[2]) =>
  lostQuestions("rucio", lookups, look).map(({ id }) => id);

test("questions that wait in the queue while no finder is there are not asked again", () => {
  const two = [lookup(1), lookup(2)];
  expect(lost(two, { celery: held(2, 0), plain: undefined })).toEqual([]);
});

test("fewer questions than open lookups, and no finder: they are asked again", () => {
  const two = [lookup(1), lookup(2)];
  expect(lost(two, { celery: held(1, 0), plain: undefined })).toEqual([1, 2]);
  expect(lost(two, { celery: undefined, plain: undefined })).toEqual([1, 2]);
});

test("a finder that is there has ten minutes of silence before it is asked again", () => {
  const look = { celery: held(0, 1), plain: undefined };
  expect(lost([lookup(1, { askedSeconds: 599, silentSeconds: 599 })], look)).toEqual([]);
  expect(lost([lookup(1, { askedSeconds: 601, silentSeconds: 601 })], look)).toEqual([1]);
});

test("a finder that works on another lookup is not silent, nor one with questions before it", () => {
  const long = { askedSeconds: 5_000, silentSeconds: 30 };
  expect(lost([lookup(1, long)], { celery: held(0, 1), plain: undefined })).toEqual([]);
  const silent = { askedSeconds: 5_000, silentSeconds: 5_000 };
  expect(lost([lookup(1, silent)], { celery: held(1, 1), plain: undefined })).toEqual([]);
});

test("a finder of another generation that comes later is asked in its own queue", () => {
  const look = { celery: held(1, 0), plain: held(0, 1) };
  expect(queueOf("rucio", look)).toBe(plain);
  expect(lost([lookup(1)], look)).toEqual([1]);
  expect(lost([lookup(1, { queue: plain })], look)).toEqual([]);
  expect(queueOf("rucio", { celery: held(0, 1), plain: held(0, 1) })).toBe(celery);
  expect(queueOf("rucio", { celery: undefined, plain: held(0, 0) })).toBe(celery);
});
