import { expect, test } from "vitest";
import { timedChunk } from "../../src/timed-chunk.ts";

const limits = { first: 1000, least: 100, most: 10_000, milliseconds: 100 };

/** A chunk on a machine that takes so long for a row, and the rows of each of its statements. */
function onMachine(millisecondsOfRow: () => number) {
  let time = 0;
  const asked: number[] = [];
  const chunk = timedChunk(limits, () => time);
  const run = (available = Number.POSITIVE_INFINITY) =>
    chunk.run(async (rows) => {
      asked.push(rows);
      const done = Math.min(rows, available);
      time += done * millisecondsOfRow();
      return done;
    });
  return { asked, run };
}

test("a chunk at most doubles or halves, until it takes a tenth of a second", async () => {
  let pace = 0.02;
  const { asked, run } = onMachine(() => pace);
  for (let n = 0; n < 5; n++) await run();
  expect(asked).toEqual([1000, 2000, 4000, 5000, 5000]);
  pace = 1;
  asked.length = 0;
  for (let n = 0; n < 8; n++) await run();
  expect(asked).toEqual([5000, 2500, 1250, 625, 313, 157, 100, 100]);
});

test("the last chunk, which is not full, makes the next one no larger", async () => {
  const { asked, run } = onMachine(() => 0.01);
  expect(await run(10)).toEqual({ done: 10, isLast: true });
  expect(await run(1000)).toEqual({ done: 1000, isLast: false });
  await run();
  expect(asked).toEqual([1000, 1000, 2000]);
});
