import { expect, test } from "vitest";
import { makeRefusedWork } from "../../src/worker/refused-work.ts";

const step = { request: "5b1c0b8a-7a3c-4b1e-9a39-0d9a4f5b8c11", step: 1 };

test("a refused step is left out for a second, then twice as long each time, up to a minute", () => {
  let now = 0;
  const refused = makeRefusedWork(() => now);
  expect(refused.secondsLeft()).toBeUndefined();
  expect(refused.add(step)).toBe(true);
  expect(refused.add(step)).toBe(false);
  const waits: number[] = [];
  for (let time = 0; time < 8; time++) {
    expect(refused.current()).toEqual([step]);
    const seconds = refused.secondsLeft() ?? 0;
    waits.push(seconds);
    now += seconds * 1000;
    expect(refused.current()).toEqual([]);
    expect(refused.add(step)).toBe(false);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  refused.remove(step);
  expect(refused.current()).toEqual([]);
  refused.add(step);
  expect(refused.secondsLeft()).toBe(1);
});

test("of more than a hundred refused steps, the oldest are asked for again", () => {
  const refused = makeRefusedWork(() => 0);
  for (let at = 1; at <= 150; at++) refused.add({ ...step, step: at });
  expect(refused.current().map(({ step }) => step)).toEqual(
    Array.from({ length: 100 }, (_, at) => at + 51),
  );
});
