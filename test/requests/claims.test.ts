import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { openClaimQueue, type Waiter } from "../../src/requests/dispatch/claim-queue.ts";
import { until } from "../support/wait.ts";

const wanted = { operations: ["noop"] };

/** Counted work: each poll gives the first of the workers what there is. */
function makeQueue() {
  const events = new EventEmitter();
  const state = {
    work: 0,
    isHeldBack: false,
    polls: [] as number[],
    error: undefined as Error | undefined,
  };
  const notifier = {
    on(channel: string, listener: () => void) {
      events.on(channel, listener);
      return () => events.off(channel, listener);
    },
    onPrefix(prefix: string, listener: (channel: string) => void) {
      events.on(prefix, listener);
      return () => events.off(prefix, listener);
    },
  };
  const claims = openClaimQueue<string>(notifier, async (_, waiters: Waiter[]) => {
    state.polls.push(waiters.length);
    await new Promise((resolve) => setImmediate(resolve));
    if (state.error) throw state.error;
    const given = waiters.map(({ worker, max }) => {
      const files = Math.min(max, state.work);
      state.work -= files;
      return Array.from({ length: files }, () => worker);
    });
    return { given, isHeldBack: state.isHeldBack };
  });
  return { state, claims, notify: (channel = "work") => events.emit(channel) };
}

test("two thousand workers that wait are served by a few polls, each with its own files", async () => {
  const { state, claims, notify } = makeQueue();
  const waiting = Array.from({ length: 2000 }, (_, index) =>
    claims.claim(wanted, { worker: `w${index}`, max: 10 }, 30),
  );
  await until(() => state.polls.reduce((total, waiters) => total + waiters, 0) >= 2000);
  state.polls.length = 0;
  state.work = 20_000;
  notify();
  const given = await Promise.all(waiting);
  expect(
    given.every(
      (tasks, index) => tasks.length === 10 && tasks.every((worker) => worker === `w${index}`),
    ),
  ).toBe(true);
  expect(state.polls.length).toBeLessThanOrEqual(25);
  claims.close();
});

test("one poll serves workers for about 1,000 files, and the next poll the others", async () => {
  const { state, claims } = makeQueue();
  state.work = 5000;
  const claimed = Array.from({ length: 25 }, (_, index) =>
    claims.claim(wanted, { worker: `w${index}`, max: 100 }, 0),
  );
  expect((await Promise.all(claimed)).map((tasks) => tasks.length)).toEqual(
    Array.from({ length: 25 }, () => 100),
  );
  expect(Math.max(...state.polls)).toBe(10);
  claims.close();
});

test("a worker that does not wait is polled for once, also while others wait without result", async () => {
  const { state, claims } = makeQueue();
  const waiting = claims.claim(wanted, { worker: "patient", max: 1 }, 30);
  await expect(claims.claim(wanted, { worker: "hasty", max: 1 }, 0)).resolves.toEqual([]);
  state.work = 1;
  await expect(claims.claim(wanted, { worker: "lucky", max: 1 }, 0)).resolves.toEqual(["lucky"]);
  claims.close();
  await expect(waiting).resolves.toEqual([]);
});

test("a worker whose time is over, or that hung up, gets nothing, now or later", async () => {
  const { state, claims, notify } = makeQueue();
  const hungUp = new AbortController();
  const first = claims.claim(wanted, { worker: "hung up", max: 1 }, 30, hungUp.signal);
  const second = claims.claim(wanted, { worker: "late", max: 1 }, 0.05);
  await until(() => state.polls.length > 0);
  hungUp.abort();
  await expect(Promise.all([first, second])).resolves.toEqual([[], []]);
  state.work = 1;
  notify();
  await expect(claims.claim(wanted, { worker: "next", max: 1 }, 0)).resolves.toEqual(["next"]);
  claims.close();
});

test("a poll that fails is an error for those it was for, and for nobody after them", async () => {
  const { state, claims } = makeQueue();
  state.error = new Error("the database is unavailable");
  await expect(claims.claim(wanted, { worker: "w", max: 1 }, 30)).rejects.toThrow(
    "the database is unavailable",
  );
  state.error = undefined;
  state.work = 1;
  await expect(claims.claim(wanted, { worker: "w", max: 1 }, 30)).resolves.toEqual(["w"]);
  claims.close();
});

test("a change in a request wakes the workers that wait behind a limit, and no others", async () => {
  const { state, claims, notify } = makeQueue();
  const other = { worker: "other", max: 1 };
  const waiting = claims.claim(wanted, { worker: "w", max: 1 }, 30);
  await claims.claim(wanted, other, 0);
  notify("request:");
  await claims.claim(wanted, other, 0);
  expect(state.polls).toEqual([1, 1, 1]);
  state.isHeldBack = true;
  await claims.claim(wanted, other, 0);
  state.work = 1;
  notify("request:");
  await expect(waiting).resolves.toEqual(["w"]);
  claims.close();
});
