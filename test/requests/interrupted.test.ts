// Files that are processed while the whole service is killed, e.g. for its use of memory.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { UnavailableError } from "../../src/errors.ts";
import type { Task } from "../../src/operations/contract.ts";
import { takeInterrupted } from "../../src/requests/dispatch/expire-leases.ts";
import { startScheduler } from "../../src/requests/scheduler/scheduler.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { lockCounters } from "../support/lock-counters.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { FILE_ATTEMPTS: "2", SWEEP_SECONDS: "0.05" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

async function taken(request: string): Promise<Task> {
  const [task] = await ledger.claim(1, { request, worker: "killed" });
  if (!task) throw new Error("No task came.");
  return task;
}

/** The file is taken, and its worker is killed with the service; returns its wait in seconds. */
async function interrupted(request: string): Promise<number> {
  await taken(request);
  expect(await takeInterrupted(ledger.ctx, ["killed"])).toBe(1);
  const [row] = await ledger.ctx.db.query<{ seconds: number }>(
    `UPDATE request_files f SET not_before = NULL FROM request_files before
     WHERE f.request_id = $1 AND before.request_id = f.request_id AND before.file_id = f.file_id
     RETURNING coalesce(extract(epoch FROM before.not_before - before.updated_at), 0)::float8
       AS seconds`,
    [request],
  );
  return row?.seconds ?? 0;
}

test("three ends of the service cost a file no try, and it runs alone afterwards", async () => {
  const id = await ledger.submit(1);
  for (const longest of [1, 2, 4]) {
    expect((await interrupted(id)) / longest).toBeLessThanOrEqual(1);
    const task = await taken(id);
    expect(task.alone).toBe(true);
    await ledger.report(task, "given_back", { error: { class: "disk", message: "full" } });
    await ledger.ctx.db.query("UPDATE request_files SET not_before = NULL WHERE request_id = $1", [
      id,
    ]);
  }
  const task = await taken(id);
  const [row] = await ledger.ctx.db.query<{ tries: number }>(
    "SELECT tries FROM request_files WHERE request_id = $1",
    [id],
  );
  expect(row?.tries).toBe(0);
  await ledger.report(task, "success");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1, failed: 0 });
});

test("a file that is with each end of the service fails for that reason", async () => {
  const id = await ledger.submit(1);
  for (let ends = 0; ends < 5; ends++) await interrupted(id);
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 0, failed: 1 });
  const history = await ledger.ctx.db.query<{ status: string; info: string | null }>(
    `SELECT status, info FROM file_status WHERE request_id = $1 AND status <> 'start'
     ORDER BY seq`,
    [id],
  );
  const free = { status: "given_back", info: "the service ended, and the worker with it" };
  const reason = "the service ended each time this file was processed";
  expect(history).toEqual([
    free,
    free,
    free,
    { status: "lost", info: reason },
    { status: "lost", info: reason },
    { status: "failure", info: reason },
  ]);
});

test("a locked request keeps no file of another from being taken", async () => {
  const ids = [await ledger.submit(1), await ledger.submit(1)];
  for (const id of ids) await taken(id);
  for (const locked of ids) {
    const release = await lockCounters(ledger, locked);
    await expect(takeInterrupted(ledger.ctx, ["killed"])).rejects.toThrow(UnavailableError);
    await release();
    const free = ids.find((id) => id !== locked) ?? "";
    await ledger.ctx.db.query("UPDATE request_files SET not_before = NULL WHERE request_id = $1", [
      free,
    ]);
    await taken(free);
  }
});

test("files of a locked request are taken from a worker of an earlier process afterwards", async () => {
  const env = { LEASE_SECONDS: "1800" };
  const own = await openLedger({ scheduler: false, env });
  const { query } = own.ctx.db;
  const waits = async () => {
    const rows = await query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '% ledger'
         AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
  const first = startScheduler(own.ctx);
  const id = await own.submit(1);
  await own.claim(1, { request: id, worker: "killed" });
  await first.stop();

  const release = await lockCounters(own, id);
  const runner = { ...own.ctx.runner, endedBefore: ["killed"] };
  const next = startScheduler({ ...own.ctx, runner });
  await until(waits);
  // The lock's time is over: the files were not taken.
  await until(async () => !(await waits()));
  await release();
  expect(await own.claim(1, { request: id, waitSeconds: 60 })).toMatchObject([{ alone: true }]);
  await next.stop();
  await own.close();
});
