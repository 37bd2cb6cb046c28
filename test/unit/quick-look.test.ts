// A look at the disk during a call: what may fail in it, and what must not be kept silent.
import { lstat } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { quickLook } from "../../src/inputs/quick-look.ts";

test("returns what it saw", async () => {
  expect(await quickLook(async () => 7)).toBe(7);
});

test("is undefined where the disk fails or nothing can be there", async () => {
  expect(await quickLook(() => lstat("/nowhere/at/all"))).toBeUndefined();
  expect(await quickLook(() => lstat("/a\0b"))).toBeUndefined();
});

test("is undefined where the disk does not answer in two seconds", async () => {
  vi.useFakeTimers();
  try {
    const look = quickLook(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await look).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test("fails where our own code does", async () => {
  const look = quickLook(async () => (undefined as unknown as string).length);
  await expect(look).rejects.toThrow(TypeError);
});
