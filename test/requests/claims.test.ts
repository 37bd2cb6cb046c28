import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { openClaimQueue, type Waiter } from "../../src/requests/dispatch/claim-queue.ts";
import { until } from "../support/wait.ts";

const wanted = { operations: ["noop"] };

/** A pile of work: each look gives the first of the workers what there is. */
function pile() {
  const bell = new EventEmitter();
  const site = { work: 0, looks: [] as number[], fault: undefined as Error | undefined };
  const notifier = {
    on(channel: string, listener: () => void) {
      bell.on(channel, listener);
      return () => bell.off(channel, listener);
    },
  };
  const claims = openClaimQueue<string>(notifier, async (_, waiters: Waiter[]) => {
    site.looks.push(waiters.length);
    await new Promise((resolve) => setImmediate(resolve));
    if (site.fault) throw site.fault;
    return waiters.map(({ worker, max }) => {
      const some = Math.min(max, site.work);
      site.work -= some;
      return Array.from({ length: some }, () => worker);
    });
  });
  return { site, claims, ring: () => bell.emit("work") };
}

test("two thousand workers that wait are served by a few looks, each with its own files", async () => {
  const { site, claims, ring } = pile();
  const waiting = Array.from({ length: 2000 }, (_, index) =>
    claims.claim(wanted, { worker: `w${index}`, max: 10 }, 30),
  );
  await until(() => site.looks.reduce((total, one) => total + one, 0) >= 2000);
  site.looks.length = 0;
  site.work = 20_000;
  ring();
  const given = await Promise.all(waiting);
  expect(
    given.every(
      (tasks, index) => tasks.length === 10 && tasks.every((worker) => worker === `w${index}`),
    ),
  ).toBe(true);
  expect(site.looks.length).toBeLessThanOrEqual(25);
  claims.close();
});

test("a worker that does not wait is looked for once, also while others wait in vain", async () => {
  const { site, claims } = pile();
  const waiting = claims.claim(wanted, { worker: "patient", max: 1 }, 30);
  await expect(claims.claim(wanted, { worker: "hasty", max: 1 }, 0)).resolves.toEqual([]);
  site.work = 1;
  await expect(claims.claim(wanted, { worker: "lucky", max: 1 }, 0)).resolves.toEqual(["lucky"]);
  claims.close();
  await expect(waiting).resolves.toEqual([]);
});

test("a worker whose time is over, or that has gone, is answered with nothing and given nothing later", async () => {
  const { site, claims, ring } = pile();
  const gone = new AbortController();
  const first = claims.claim(wanted, { worker: "gone", max: 1 }, 30, gone.signal);
  const second = claims.claim(wanted, { worker: "late", max: 1 }, 0.05);
  await until(() => site.looks.length > 0);
  gone.abort();
  await expect(Promise.all([first, second])).resolves.toEqual([[], []]);
  site.work = 1;
  ring();
  await expect(claims.claim(wanted, { worker: "next", max: 1 }, 0)).resolves.toEqual(["next"]);
  claims.close();
});

test("a look that fails is told to those it was for, and to nobody after them", async () => {
  const { site, claims } = pile();
  site.fault = new Error("the database is away");
  await expect(claims.claim(wanted, { worker: "w", max: 1 }, 30)).rejects.toThrow(
    "the database is away",
  );
  site.fault = undefined;
  site.work = 1;
  await expect(claims.claim(wanted, { worker: "w", max: 1 }, 30)).resolves.toEqual(["w"]);
  claims.close();
});
