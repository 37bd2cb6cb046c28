import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Context } from "../../src/deps.ts";
import type { Task } from "../../src/operations/contract.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { etaOf } from "../../src/requests/monitor/eta.ts";
import { makeRecentActivity } from "../../src/requests/monitor/recent-activity.ts";
import { sampleOnce } from "../../src/requests/monitor/sampler.ts";
import { waitingOf } from "../../src/requests/monitor/waiting-reason.ts";
import type { RequestView } from "../../src/requests/views.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { VALID_DID_SCHEMES: "rucio" } });
});
afterAll(() => ledger.close());

/** Another process's memory: nothing seen yet. */
const fresh = (): Context => ({ ...ledger.ctx, activity: makeRecentActivity() });
const why = async (id: string, ctx = fresh()) => waitingOf(ctx, await ledger.read(id));
const published = (id: string, files: number) =>
  until(async () => (await ledger.read(id)).counters.queued === files);
const settle = (tasks: Task[]) => Promise.all(tasks.map((task) => ledger.report(task, "success")));

describe("a request says what it waits for", () => {
  test("the finder", async () => {
    const input = {
      dataset: { did: "rucio://user.me:data" },
      steps: [{ operation: "noop", settings: {} }],
    };
    const { request } = await submit(ledger.ctx, local, input);
    await until(async () => (await ledger.read(request.id)).state === "lookup");
    expect(await why(request.id)).toEqual({
      reason: "finder",
      sentence: "It waits for the finder rucio, which is still looking for the dataset's files.",
      place: null,
      eta: null,
    });
    await cancel(ledger.ctx, request.id, local);
  });

  test("workers: that none ever asked, or asked a moment ago", async () => {
    const id = await ledger.submit(2);
    await published(id, 2);
    expect(await why(id)).toMatchObject({
      reason: "workers",
      sentence:
        "2 files are ready, and no worker has asked for noop work here. Start one: longshore worker.",
    });
    const ctx = fresh();
    ctx.activity.recordClaim(["noop"]);
    expect(await why(id, ctx)).toMatchObject({
      reason: "workers",
      sentence: "2 files are ready; a worker takes them when it asks next.",
    });
    await settle(await ledger.claim(2, { request: id }));
    await ledger.ended(id);
  });

  test("a slot, while workers are busy with another request", async () => {
    const other = await ledger.submit(3);
    const tasks = await ledger.claim(3, { request: other });
    const id = await ledger.submit(1);
    await published(id, 1);
    const ctx = fresh();
    await sampleOnce(ctx);
    expect(await why(id, ctx)).toMatchObject({
      reason: "slot",
      sentence:
        "1 file is ready; every worker that does noop is busy with other requests (3 files are in hand).",
    });
    expect(await why(other, ctx)).toMatchObject({
      reason: "work",
      sentence: "3 files are with workers now.",
    });
    await settle([...tasks, ...(await ledger.claim(1, { request: id }))]);
    await ledger.ended(id);
  });

  test("the queue or the store that is unavailable", async () => {
    const id = await ledger.submit(1);
    await published(id, 1);
    const check = async () => {
      throw new Error("connect ECONNREFUSED 127.0.0.1:5672");
    };
    const ctx = { ...fresh(), queue: { ...ledger.ctx.queue, check } };
    await sampleOnce(ctx);
    expect(await why(id, ctx)).toMatchObject({
      reason: "queue",
      sentence:
        "It waits for the queue, which is away: connect ECONNREFUSED 127.0.0.1:5672. It goes on when the queue is back.",
    });
    await sampleOnce({ ...ctx, queue: { ...ledger.ctx.queue, check: async () => undefined } });
    expect((await why(id, ctx))?.reason).toBe("workers");
    await settle(await ledger.claim(1, { request: id }));
    await ledger.ended(id);
  });

  test("a retry, and when it comes", async () => {
    const steps = [{ operation: "noop", settings: {}, retry: { wait_seconds: 600 } }];
    const { request } = await submit(ledger.ctx, local, { dataset: { files: ["a"] }, steps });
    const [task] = (await ledger.claim(1, { request: request.id })) as [Task];
    await ledger.report(task, "retry", {
      error: { class: "unavailable", message: "the source is away" },
    });
    const waiting = await why(request.id);
    expect(waiting).toMatchObject({
      reason: "retry",
      sentence: expect.stringMatching(/^1 file is to be tried again, the first at 20/),
    });
    await cancel(ledger.ctx, request.id, local);
  });

  test("nothing, once it has ended", async () => {
    const id = await ledger.submit(0);
    await ledger.ended(id);
    expect(await why(id)).toBeNull();
  });
});

describe("the estimate of the end", () => {
  const view = (finished: number, total: number) =>
    ({
      dataset: { state: "ready", files: total },
      counters: { total },
      steps: [{ step: 1, waiting: total - finished, queued: 0, running: 0 }],
    }) as unknown as RequestView;
  const even = (count: number, rate: number) =>
    Array.from({ length: count }, (_, n) => ({ at: n * 5_000, finished: n * 5 * rate }));
  const seconds = (text: string, now: number) => Math.round((Date.parse(text) - now) / 1000);

  test("is good after a minute at an even pace, and right", () => {
    const now = 100_000;
    const eta = etaOf(view(1000, 2000), even(20, 10), now);
    expect(eta?.confidence).toBe("good");
    expect([seconds(eta?.p50 ?? "", now), seconds(eta?.p90 ?? "", now)]).toEqual([100, 100]);
  });

  test("is rough after a few seconds, and p90 is later where the rate varies", () => {
    expect(etaOf(view(50, 2000), even(2, 10))?.confidence).toBe("rough");
    const uneven = even(20, 10).map(({ at, finished }, n) => ({
      at,
      finished: n % 4 ? finished : finished - 45,
    }));
    const eta = etaOf(view(1000, 2000), uneven, 0);
    expect(eta?.confidence).toBe("fair");
    expect(seconds(eta?.p90 ?? "", 0)).toBeGreaterThan(2 * seconds(eta?.p50 ?? "", 0));
  });

  test("is not given while the number of files is unknown, or nothing has moved", () => {
    expect(
      etaOf(
        { ...view(0, 10), dataset: { state: "lookup", files: 10 } } as unknown as RequestView,
        even(20, 10),
      ),
    ).toBeNull();
    expect(etaOf(view(0, 10), [{ at: 0, finished: 0 }])).toBeNull();
  });

  test("counts the steps that a file has before it", () => {
    const both = {
      ...view(0, 100),
      steps: [
        { step: 1, waiting: 100, queued: 0, running: 0 },
        { step: 2, waiting: 0, queued: 0, running: 0 },
      ],
    } as unknown as RequestView;
    expect(seconds(etaOf(both, even(20, 10), 0)?.p50 ?? "", 0)).toBe(20);
  });
});

test("the memory of a process holds five minutes of open requests and no more", () => {
  let now = 0;
  const activity = makeRecentActivity(() => now);
  for (let n = 0; n < 1000; n++) {
    now += 1_000;
    activity.sample("a", 1, n);
  }
  expect(activity.samplesOf("a").length).toBeLessThanOrEqual(151);
  activity.sample("a", 2, 0);
  expect(activity.samplesOf("a")).toHaveLength(1);
  activity.keepOnly(new Set());
  expect(activity.samplesOf("a")).toEqual([]);
});
