import { expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { AdvanceQueue, type Rest, type Slice } from "../../src/requests/advance/advance-queue.ts";
import { until } from "../support/wait.ts";

/** Runs that end when the test says so. */
function controlled() {
  const runs: {
    id: string;
    slice: Slice;
    end(rest?: Rest): void;
    fail(error: Error): void;
  }[] = [];
  let running = 0;
  let mostRunning = 0;
  const advance = (id: string, slice: Slice) => {
    mostRunning = Math.max(mostRunning, ++running);
    return new Promise<Rest>((resolve, reject) => {
      runs.push({ id, slice, end: (rest = "nothing") => resolve(rest), fail: reject });
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

test("while requests with long work wait for each other, others run at once", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  const long = Array.from({ length: 20 }, (_, at) => `long ${at}`);
  for (const id of long) queue.add(id);
  // Each is found to be long in its first run.
  await until(() => {
    for (const run of runs.filter(({ slice }) => !slice.long)) run.end("long");
    return runs.length === 22;
  });
  for (const run of runs.filter(({ slice }) => !slice.long)) run.end("long");
  for (const id of ["a", "b", "c", "d"]) queue.add(id);
  await until(() => runs.length === 26);
  expect(new Set(ids(runs.slice(22)))).toEqual(new Set(["a", "b", "c", "d"]));
  expect(runs.filter(({ slice }) => slice.long).map(({ id }) => id)).toEqual(long.slice(0, 2));
  for (const run of runs) run.end();
  await queue.close();
});

test("long work is done in slices: what has more to do goes on behind the others", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (const id of ["a", "b", "c"]) queue.add(id);
  for (const run of runs.slice()) run.end("long");
  const slices = () => runs.filter(({ slice }) => slice.long);
  for (const turn of ["a", "b", "c", "a", "b", "c"].entries()) {
    const [at, id] = turn;
    await until(() => slices().length > at);
    expect(slices()[at]?.id).toBe(id);
    slices()[at]?.end("long");
  }
  const closing = queue.close();
  for (const run of runs) run.end();
  await closing;
});

test("facts of a request are decided on while its long work waits", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (const id of ["a", "b", "c"]) queue.add(id);
  for (const run of runs.slice()) run.end("long");
  await until(() => runs.length === 5);
  expect(runs.slice(3)).toMatchObject([
    { id: "a", slice: { long: true } },
    { id: "b", slice: { long: true } },
  ]);
  for (const id of ["a", "c"]) queue.add(id);
  expect(runs.slice(5)).toMatchObject([{ id: "c", slice: { long: false } }]);
  const closing = queue.close();
  for (const run of runs) run.end();
  await closing;
});

test("a request that is added all the time still has slices for its long work", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  queue.add("a");
  for (let at = 0; at < 6; at++) {
    await until(() => runs.length > at);
    queue.add("a");
    runs[at]?.end("long");
  }
  const slices = runs.slice(1, 6).filter(({ slice }) => slice.long);
  expect(slices).toHaveLength(5);
  await until(() => runs.length === 7);
  const closing = queue.close();
  for (const run of runs) run.end();
  await closing;
});

test("what a request leaves is removed beside long work, and does not take its places", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (const id of ["a", "b", "c"]) queue.add(id);
  for (const run of runs.slice()) run.end("removal");
  await until(() => runs.length === 5);
  queue.add("long");
  await until(() => runs.length === 6);
  runs[5]?.end("long");
  await until(() => runs.length === 7);
  expect(runs.slice(3).map(({ id, slice: { long, removal } }) => [id, long, removal])).toEqual([
    ["a", false, true],
    ["b", false, true],
    ["long", false, false],
    ["long", true, false],
  ]);
  const closing = queue.close();
  for (const run of runs) run.end();
  await closing;
});

test("facts have every other turn, whatever number of users wait", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (let user = 0; user < 100; user++)
    for (let at = 0; at < 10; at++) queue.add(`${user} ${at}`, `user ${user}`);
  for (let at = 0; at < 10; at++) queue.add(`facts ${at}`);
  for (let at = 0; at < 20; at++) {
    runs[at]?.end();
    await until(() => runs.length > at + 4);
  }
  expect(ids(runs.slice(4, 24)).filter((id) => id.startsWith("facts"))).toHaveLength(10);
  const closing = queue.close();
  for (const run of runs) run.end();
  await closing;
});

test("a user's request does not wait for the thousands of another user or of a sweep", async () => {
  const { runs, advance } = controlled();
  const queue = new AdvanceQueue(advance, silentLog());
  for (let at = 0; at < 5000; at++) queue.add(`of a ${at}`, "user a");
  for (let at = 0; at < 5000; at++) queue.add(`swept ${at}`, "sweep");
  queue.add("of b", "user b");
  queue.add("reported");
  for (let at = 0; at < 4; at++) {
    runs[at]?.end();
    await until(() => runs.length > at + 4);
  }
  expect(ids(runs.slice(4))).toEqual(expect.arrayContaining(["of b", "reported"]));
  const closing = queue.close();
  for (const run of runs) run.end();
  await closing;
});
