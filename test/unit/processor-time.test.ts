import { expect, test } from "vitest";
import {
  processorTime,
  wasUndisturbed,
} from "../../src/operations/transform/sql/processor-time.ts";
import { watchLimits } from "../../src/operations/transform/sql/watch-limits.ts";

const none = { had: 0, waited: 0 };

test.each([
  ["computed all the time", { had: 10, waited: 0.2 }, true],
  ["computed on four processors", { had: 40, waited: 1 }, true],
  ["shared its processor with others", { had: 5, waited: 5 }, false],
  ["had four threads that waited for each other's turn", { had: 10, waited: 28 }, false],
  ["waited for its disk", { had: 1, waited: 0 }, false],
])("a query of ten seconds that %s: %o, another try is of no use: %s", (_, after, undisturbed) => {
  expect(wasUndisturbed(none, after, 10)).toBe(undisturbed);
});

test("only what it had since its start counts, and nothing is concluded of what is not known", () => {
  expect(wasUndisturbed({ had: 9, waited: 0 }, { had: 10, waited: 0 }, 10)).toBe(false);
  expect(wasUndisturbed({ had: 90, waited: 50 }, { had: 100, waited: 50.5 }, 10)).toBe(true);
  expect(wasUndisturbed(undefined, { had: 10, waited: 0 }, 10)).toBe(false);
  expect(wasUndisturbed(none, undefined, 10)).toBe(false);
});

test("the processor time of a process grows as it computes", async () => {
  const before = await processorTime(process.pid);
  const until = performance.now() + 200;
  while (performance.now() < until);
  const after = await processorTime(process.pid);
  if (process.platform !== "linux") {
    expect(after).toBeUndefined();
    return;
  }
  const had = (after?.had ?? 0) - (before?.had ?? 0);
  const waited = (after?.waited ?? 0) - (before?.waited ?? 0);
  expect(had).toBeGreaterThan(0);
  expect(had + waited).toBeGreaterThan(0.15);
  expect(await processorTime(2 ** 30)).toBeUndefined();
});

test.each([
  [{ had: 1, waited: 0 }, true],
  [{ had: 1, waited: 1 }, false],
])("a time-out after %o is settled: %s", async (after, settled) => {
  const readings = [none, after];
  const { promise: failure, resolve } = deferred();
  const watch = watchLimits(process.pid, bounds, resolve, async () => readings.shift());
  await failure;
  watch.stop();
  expect(await failure).toMatchObject({ class: "timeout", settled });
});

function deferred() {
  let resolve: (failure: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const bounds = { seconds: 0.05, planningSeconds: 0.05, residentMegabytes: 100_000 };
