// What may run at once: workers of a request, slots of a user, slots of an operation; with two
// processes on one database.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { startFilesWithinLimits } from "../../src/requests/dispatch/start-store.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type SlotLimits, setOperationLimits } from "../../src/shares/limits-store.ts";
import { withSlotsLocked } from "../../src/shares/lock-store.ts";
import { anySize } from "../support/any-size.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

const env = { OPERATIONS: "noop", SWEEP_SECONDS: "60" };
let ledger: Ledger;
let other: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env });
  other = await openBeside(ledger, { env });
});
beforeEach(() => limit({}));
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(async () => {
  await other.close();
  await ledger.close();
});

const limit = (limits: Partial<SlotLimits>) =>
  setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: null, ...limits });

async function submitted(files: number, more: object = {}): Promise<string> {
  const id = await ledger.submit(files, more);
  await ledger.published(id, files);
  return id;
}

const settle = (tasks: Task[], worker = "w") =>
  report(
    ledger.ctx,
    local,
    worker,
    tasks.map(({ request, file, step, attempt }) => ({
      request,
      file,
      step,
      attempt,
      status: "success" as const,
    })),
  );

/** The rest of it, by one worker. */
async function finish(id: string, started: Task[]): Promise<void> {
  await settle(started);
  await until(async () => {
    await settle(await ledger.claim(1000, { request: id, waitSeconds: 0, worker: "last" }));
    return (await ledger.read(id)).state === "complete";
  });
}

async function holders(id: string): Promise<string[]> {
  const rows = await ledger.ctx.db.query<{ worker: string }>(
    "SELECT DISTINCT worker FROM request_files WHERE request_id = $1 AND state = 'running' " +
      "ORDER BY 1",
    [id],
  );
  return rows.map((row) => row.worker);
}

async function running(owner: string): Promise<number> {
  const [row] = await ledger.ctx.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM request_files f JOIN requests r ON r.id = f.request_id
     WHERE r.owner = $1 AND f.state = 'running'`,
    [owner],
  );
  return row?.n ?? 0;
}

describe("a request that allows one worker", () => {
  test("gives its 30 files to one of five that claim", async () => {
    const id = await submitted(30, { workers: 1 });
    const claims = await Promise.all(
      ["a", "b", "c", "d", "e"].map((worker) =>
        ledger.claim(4, { worker, request: id, waitSeconds: 0 }),
      ),
    );
    const got = claims.filter((tasks) => tasks.length > 0);
    expect(got.map((tasks) => tasks.length)).toEqual([4]);
    expect(await holders(id)).toHaveLength(1);
    await settle(got.flat());
    const next = await ledger.claim(4, { worker: "e", request: id, waitSeconds: 0 });
    expect(await holders(id)).toEqual(["e"]);
    expect(await ledger.claim(4, { worker: "a", request: id, waitSeconds: 0 })).toEqual([]);
    await settle(next);
    await finish(id, []);
  });

  test("gives files to a worker while an outside service has others", async () => {
    const id = await submitted(3, { workers: 1 });
    const [outside] = await ledger.claim(1, { worker: "a", request: id });
    await ledger.ctx.db.query(
      "UPDATE request_files SET worker = NULL WHERE request_id = $1 AND state = 'running'",
      [id],
    );
    const tasks = await ledger.claim(1, { worker: "b", request: id });
    expect(tasks).toHaveLength(1);
    await finish(id, [...(outside ? [outside] : []), ...tasks]);
  });

  test("wakes a worker that waits when the other has reported its last file", async () => {
    const id = await submitted(3, { workers: 1 });
    const tasks = await ledger.claim(2, { worker: "a", request: id });
    const waiting = ledger.claim(1, { worker: "b", request: id, waitSeconds: 30 });
    await settle(tasks);
    await finish(id, await waiting);
  });

  test("gives a second worker nothing, though the statement is asked for both at once", async () => {
    const id = await submitted(4, { workers: 1 });
    const rows = await ledger.ctx.db.query<{ file: number; attempt: number }>(
      "SELECT file_id AS file, attempt FROM request_files WHERE request_id = $1 ORDER BY 1",
      [id],
    );
    const keys = rows.map(({ file, attempt }, n) => ({
      request: id,
      file,
      attempt,
      step: 1,
      worker: n % 2 ? "b" : "a",
      waiter: n % 2,
    }));
    const start = (query = ledger.ctx.ledger.query) =>
      startFilesWithinLimits(query, 60, keys, anySize);
    expect((await start()).map((row) => row.waiter)).toEqual([0, 0]);
    expect(await start()).toEqual([]);
    await finishByCancel(id);
  });
});

async function finishByCancel(id: string): Promise<void> {
  await cancel(ledger.ctx, id, local);
  await ledger.ended(id);
}

test("two processes at once never let more workers hold files of a request than it allows", async () => {
  const id = await submitted(120, { workers: 2 });
  const held = new Map<string, Task[]>();
  for (let round = 0; (await ledger.read(id)).state !== "complete"; round++) {
    const claimed = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const process = n % 2 ? ledger : other;
        const worker = `w${n}`;
        const tasks = await process.claim(3, { worker, request: id, waitSeconds: 0 });
        return { worker, tasks };
      }),
    );
    for (const { worker, tasks } of claimed)
      held.set(worker, [...(held.get(worker) ?? []), ...tasks]);
    expect((await holders(id)).length).toBeLessThanOrEqual(2);
    // One of them reports all it has, so that another may take its place.
    const [first] = [...held].filter(([, tasks]) => tasks.length);
    if (first) {
      await settle(first[1], first[0]);
      held.delete(first[0]);
    }
    expect(round).toBeLessThan(200);
  }
});

describe("slots", () => {
  test("of each user: three run, the fourth when one has ended", async () => {
    await limit({ slotsPerUser: 3 });
    const id = await submitted(10, { owner: "a" });
    const tasks = await ledger.claim(10, { waitSeconds: 0 });
    expect(tasks).toHaveLength(3);
    expect(await ledger.claim(10, { waitSeconds: 0 })).toEqual([]);
    const waiting = ledger.claim(10, { waitSeconds: 30, worker: "waits" });
    await settle(tasks.slice(0, 1));
    expect(await waiting).toHaveLength(1);
    await limit({});
    await finish(id, [...tasks.slice(1), ...(await waiting)]);
  });

  test("of the operation: shared by the users that wait", async () => {
    await limit({ slots: 5 });
    const ids = [await submitted(10, { owner: "d" }), await submitted(10, { owner: "e" })];
    const tasks = await ledger.claim(100, { waitSeconds: 0 });
    const counts = ids.map((id) => tasks.filter((task) => task.request === id).length);
    expect(counts).toEqual([3, 2]);
    await limit({});
    for (const [n, id] of ids.entries()) await finish(id, n === 0 ? tasks : []);
  });

  test("0 pause an operation; a higher number wakes the workers that wait", async () => {
    await limit({ slots: 0 });
    const id = await submitted(1);
    const waiting = ledger.claim(1, { waitSeconds: 30 });
    expect(await ledger.claim(1, { waitSeconds: 0, worker: "hasty" })).toEqual([]);
    await limit({ slots: 1 });
    await finish(id, await waiting);
  });

  test("hold with two processes that claim at once", async () => {
    await limit({ slotsPerUser: 4, slots: 6 });
    const ids = [await submitted(60, { owner: "a" }), await submitted(60, { owner: "b" })];
    for (let round = 0; round < 15; round++) {
      const claimed = await Promise.all(
        [ledger, other, ledger, other].map((process, n) =>
          process.claim(5, { worker: `w${n}`, waitSeconds: 0 }),
        ),
      );
      const [a, b] = [await running("a"), await running("b")];
      expect(Math.max(a, b)).toBeLessThanOrEqual(4);
      expect(a + b).toBeLessThanOrEqual(6);
      await settle(claimed.flat());
    }
    await limit({});
    for (const id of ids) await finish(id, []);
  });

  test("of statements that start at once are given out one after the other", async () => {
    await limit({ slotsPerUser: 1 });
    const id = await submitted(8, { owner: "c" });
    const rows = await ledger.ctx.db.query<{ file: number; attempt: number }>(
      "SELECT file_id AS file, attempt FROM request_files WHERE request_id = $1",
      [id],
    );
    const started = await Promise.all(
      rows.map((row, n) =>
        withSlotsLocked((n % 2 ? ledger : other).ctx.ledger, { operations: ["noop"] }, (query) =>
          startFilesWithinLimits(
            query,
            60,
            [{ request: id, step: 1, ...row, worker: `w${n}`, waiter: 0 }],
            anySize,
          ),
        ),
      ),
    );
    expect(started.flat()).toHaveLength(1);
    await finishByCancel(id);
  });
});
