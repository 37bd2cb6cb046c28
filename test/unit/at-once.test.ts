import { setImmediate as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { forEachAtOnce } from "../../src/at-once.ts";

const items = Array.from({ length: 20 }, (_, index) => `item ${index}`);

test("every item is worked on once, and never more than so many at a time", async () => {
  const done: string[] = [];
  let busy = 0;
  let most = 0;
  await forEachAtOnce(items, 4, async (item, index) => {
    expect(item).toBe(items[index]);
    busy += 1;
    most = Math.max(most, busy);
    await pause();
    busy -= 1;
    done.push(item);
  });
  expect(most).toBe(4);
  expect(done.toSorted()).toEqual(items.toSorted());
});

test("after an error no further item is begun", async () => {
  const begun: number[] = [];
  const working = forEachAtOnce(items, 4, async (_, index) => {
    begun.push(index);
    await pause();
    if (index === 1) throw new Error("the second is bad");
    await pause();
  });
  await expect(working).rejects.toThrow("the second is bad");
  for (let turn = 0; turn < 10; turn += 1) await pause();
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("there may be no item", async () => {
  await forEachAtOnce([], 4, () => Promise.reject(new Error("There is none.")));
});
