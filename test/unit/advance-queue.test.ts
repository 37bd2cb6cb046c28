import { expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { AdvanceQueue } from "../../src/requests/advance/advance-queue.ts";
import { until } from "../support/wait.ts";

/** Runs that end when the test says so. */
function controlled() {
  const runs: { id: string; end(): void; fail(error: Error): void }[] = [];
  let running = 0;
  let mostRunning = 0;
  const advance = (id: string) => {
    mostRunning = Math.max(mostRunning, ++running);
    return new Promise<void>((resolve, reject) => {
      runs.push({ id, end: resolve, fail: reject });
    }).finally(() => running--);
  };
  return { runs, advance, mostRunning: () => mostRunning };
}

const ids = (runs: { id: string }[]) => runs.map(({ id }) => id);

test("a request added while it waits runs once, and again when it is added while it runs", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  queue.add("a");
  expect(ids(runs)).toEqual(["a"]);
  for (let times = 0; times < 5; times++) queue.add("a");
  expect(ids(runs)).toEqual(["a"]);
  runs[0]?.end();
  await until(() => runs.length === 2);
  runs[1]?.end();
  await queue.close();
  expect(ids(runs)).toEqual(["a", "a"]);
});

test("four requests run at once, the others in the order they came", async () => {
  const { runs, advance, mostRunning } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (const id of ["a", "b", "c", "d", "e", "f"]) queue.add(id);
  expect(ids(runs)).toEqual(["a", "b", "c", "d"]);
  runs[1]?.end();
  await until(() => runs.length === 5);
  runs[0]?.end();
  await until(() => runs.length === 6);
  expect(ids(runs)).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(mostRunning()).toBe(4);
  for (const run of runs) run.end();
  await queue.close();
});

test("a run that fails takes no place, and its request runs again when it is added", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (const id of ["a", "b", "c", "d", "e"]) queue.add(id);
  for (const run of runs.slice()) run.fail(new Error("the queue is away"));
  await until(() => runs.length === 5);
  runs[4]?.end();
  queue.add("a");
  await until(() => runs.length === 6);
  expect(runs[5]?.id).toBe("a");
  runs[5]?.end();
  await queue.close();
});

test("a close waits for what runs, and starts nothing that waits", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (const id of ["a", "b", "c", "d", "e"]) queue.add(id);
  queue.add("a");
  let closed = false;
  const closing = queue.close().then(() => {
    closed = true;
  });
  queue.add("f");
  for (const run of runs.slice(1)) run.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(false);
  runs[0]?.end();
  await closing;
  expect(ids(runs)).toEqual(["a", "b", "c", "d"]);
});
