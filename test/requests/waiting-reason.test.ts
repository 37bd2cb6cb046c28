import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Context } from "../../src/deps.ts";
import type { Task } from "../../src/operations/contract.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { etaOf } from "../../src/requests/monitor/eta.ts";
import { samplesInWindow } from "../../src/requests/monitor/pace.ts";
import { makeRecentActivity } from "../../src/requests/monitor/recent-activity.ts";
import { checkNeeds } from "../../src/requests/monitor/sampler.ts";
import { waitingOf } from "../../src/requests/monitor/waiting-reason.ts";
import type { RequestView } from "../../src/requests/views.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";
import { sample } from "../support/lead.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
/** another process on the same database, which only answers */
let other: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { VALID_DID_SCHEMES: "rucio" } });
  other = await openBeside(ledger);
});
afterAll(async () => {
  await other.close();
  await ledger.close();
});

/** Another process's memory: nothing seen yet. */
const fresh = (): Context => ({
  ...ledger.ctx,
  activity: makeRecentActivity(ledger.ctx.db.query, ledger.ctx.log),
});
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
        "2 files are ready, and no worker has asked for noop work here. Start one: " +
        "longshore worker.",
    });
    const ctx = fresh();
    ctx.activity.recordClaim(["noop"]);
    await until(async () => (await why(id))?.sentence.includes("the next worker that asks"));
    const sentence = "2 files are ready; the next worker that asks takes them.";
    for (const process of [fresh(), other.ctx])
      expect(await why(id, process)).toMatchObject({ reason: "workers", sentence });
    await settle(await ledger.claim(2, { request: id }));
    await ledger.ended(id);
  });

  test("a slot, while workers are busy with another request", async () => {
    const other = await ledger.submit(3);
    const tasks = await ledger.claim(3, { request: other });
    const id = await ledger.submit(1);
    await published(id, 1);
    const ctx = fresh();
    await sample(ctx);
    expect(await why(id, ctx)).toMatchObject({
      reason: "slot",
      sentence:
        "1 file is ready; every worker for noop is busy with other requests (3 files are running).",
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
    await checkNeeds(ctx);
    expect(await why(id, ctx)).toMatchObject({
      reason: "queue",
      sentence:
        "It waits for the queue, which cannot be used now: connect ECONNREFUSED " +
        "127.0.0.1:5672. It continues when the queue is back.",
    });
    await checkNeeds({ ...ctx, queue: { ...ledger.ctx.queue, check: async () => undefined } });
    await sample(ctx);
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

describe("what is sampled for all processes", () => {
  test("a request that moves has its pace, and an ended one has none", async () => {
    const { query } = ledger.ctx.db;
    const id = await ledger.submit(3);
    const tasks = await ledger.claim(3, { request: id });
    const pace = async () => {
      await sample(ledger.ctx);
      const [row] = await query<{ finished: number[] }>(
        "SELECT finished FROM request_pace WHERE request_id = $1",
        [id],
      );
      return row?.finished;
    };
    expect(await pace()).toEqual([0]);
    expect(await pace()).toEqual([0]);
    for (const [index, task] of tasks.entries()) {
      await ledger.report(task, "success");
      if (index < 2) expect((await pace())?.at(-1)).toBe(index + 1);
    }
    await ledger.ended(id);
    expect(await pace()).toBeUndefined();
  });

  test("troubles of workers are shown by every process, with and without workers that run", async () => {
    const id = await ledger.submit(1);
    await published(id, 1);
    const trouble = {
      kind: "memory",
      sentence: "Workers run out of memory",
      count: 2,
      lastWords: "allocation failed",
    } as const;
    const reason = "Workers run out of memory. The end of its log:\nallocation failed";
    const withWorkers = (running: number): Context["runner"] => ({
      ...ledger.ctx.runner,
      statuses: () =>
        new Map([
          ["service", { starting: 0, running, troubles: [{ ...trouble, since: new Date() }] }],
        ]),
    });
    const { query } = ledger.ctx.db;
    const group = { key: "service", operations: ["noop"], credentials: {}, size: 3 };
    const save = (running: number) =>
      sample({ ...ledger.ctx, runner: withWorkers(running) }, [group]);
    const sentence = async () => (await why(id, other.ctx))?.sentence;
    // The ledger's own leader has no group and forgets this one sooner or later: save again.
    await until(async () => {
      await save(0);
      return (await sentence())?.endsWith(`no worker runs: ${reason}`);
    });
    await until(async () => {
      await save(1);
      return (await sentence())?.endsWith(` 2 workers cannot run: ${reason}`);
    });
    const tasks = await ledger.claim(1, { request: id });
    await until(async () => {
      await save(1);
      return (await sentence()) === `1 file is with workers now. 2 workers cannot run: ${reason}`;
    });
    await settle(tasks);
    await query("DELETE FROM worker_groups");
    await ledger.ended(id);
  });
});

test("the window of the pace begins with what was finished before it, and ends now", () => {
  const minutes = (count: number) => count * 60_000;
  const samples = [0, 2, 8, 9].map((minute) => ({ at: minutes(minute), finished: minute * 10 }));
  expect(samplesInWindow(samples, { at: minutes(10), finished: 95 })).toEqual([
    { at: minutes(5), finished: 20 },
    { at: minutes(8), finished: 80 },
    { at: minutes(9), finished: 90 },
    { at: minutes(10), finished: 95 },
  ]);
  expect(samplesInWindow([], { at: 0, finished: 1 })).toEqual([{ at: 0, finished: 1 }]);
});

test("thousands of claims are noted once in five seconds", async () => {
  let now = 0;
  const noted: unknown[][] = [];
  const query = async (_text: string, params: unknown[] = []) => {
    noted.push(params);
    return [];
  };
  const activity = makeRecentActivity(query, ledger.ctx.log, () => now);
  for (now = 0; now < 10_000; now += 10) activity.recordClaim(["noop"]);
  activity.recordClaim(["noop", "transform"]);
  expect(noted).toEqual([[["noop"]], [["noop"]], [["noop", "transform"]]]);
});
