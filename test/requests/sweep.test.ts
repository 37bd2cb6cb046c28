// What the sweep asks the database where nothing is to be done, and what it still finds.
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { workTopic } from "../../src/queue/contract.ts";
import { AdvanceQueue } from "../../src/requests/advance/advance-queue.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { sweep } from "../support/lead.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await ledger.close();
});

/** One sweep: how many statements this process sent, and which of a few requests it advances. */
async function sweepOnce(): Promise<{ statements: number; advanced: Set<string> }> {
  const { log } = ledger.ctx;
  const advanced = new Set<string>();
  const advanceQueue = new AdvanceQueue((id) => {
    advanced.add(id);
    return Promise.resolve("nothing");
  }, log);
  const warned = vi.spyOn(log, "warn");
  const sent = vi.spyOn(pg.Client.prototype, "query");
  await sweep({ ...ledger.ctx, advanceQueue });
  const statements = sent.mock.calls.length;
  sent.mockRestore();
  await advanceQueue.close();
  expect(warned).not.toHaveBeenCalled();
  return { statements, advanced };
}

/** As if the files had been queued for an hour. */
const age = () =>
  ledger.ctx.db.query(
    "UPDATE request_files SET lease_until = now() - interval '1 hour' WHERE state = 'queued'",
  );

/** All of them run, and their files have been queued for long. */
async function sweepWhenOld(requests: number) {
  await until(async () => (await running()) === requests);
  await age();
  return sweepOnce();
}

async function queuedRequests(count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await ledger.submit(2));
  for (const id of ids) await ledger.published(id, 2);
  return ids;
}

/** Each has one file, which a worker has. */
async function runningRequests(count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await ledger.submit(1));
  for (let claimed = 0; claimed < count; ) claimed += (await ledger.claim(count)).length;
  return ids;
}

test("a sweep sends no statement for each of 50 more requests with nothing to do", async () => {
  await queuedRequests(10);
  // One whose window is full, one whose files were given back, and one that waits to try again.
  const full = await ledger.submit(1500);
  await ledger.published(full, 1000);
  await until(async () => (await ledger.read(full)).counters.waiting === 500);
  const withheld = await ledger.submit(1);
  const later = await ledger.submit(1);
  for (const id of [withheld, later]) await ledger.published(id, 1);
  await setWaiting(withheld, "withheld = true, given_back_by = '{w}', given_back_at = now()");
  await setWaiting(later, "not_before = now() + interval '1 hour'");
  const few = await sweepWhenOld(13);
  expect(few.advanced).toEqual(new Set());
  await queuedRequests(50);
  const many = await sweepWhenOld(63);
  expect(many.advanced).toEqual(new Set());
  // The service sends a few of its own meanwhile.
  expect(many.statements).toBeLessThan(few.statements + 10);
}, 300_000);

test("nor for each request whose files are with workers", async () => {
  const most = 40;
  await runningRequests(most + 20);
  // At first the service sends some of its own: it advances what was claimed.
  await until(async () => (await sweepOnce()).statements < most, { timeoutSeconds: 60 });
}, 300_000);

test("a sweep takes only the files whose lease has expired", async () => {
  const ids = await runningRequests(12);
  const [one = "", other = ""] = ids;
  await ledger.ctx.db.query(
    "UPDATE request_files SET lease_until = now() - interval '1 second' WHERE request_id = ANY($1)",
    [[one, other]],
  );
  expect((await sweepOnce()).advanced).toEqual(new Set([one, other]));
  for (const id of ids)
    expect((await ledger.read(id)).counters.running).toBe(id === one || id === other ? 0 : 1);
}, 300_000);

test("a sweep finds lost messages, files whose time has come and a window with room", async () => {
  const [lost = "", due = ""] = await queuedRequests(2);
  await ledger.ctx.queue.drop(workTopic("noop", lost));
  await setWaiting(due, "not_before = now() - interval '1 second'");
  const full = await ledger.submit(2000);
  await ledger.published(full, 1000);
  await until(async () => (await ledger.read(full)).counters.waiting === 1000);
  expect((await sweepWhenOld(3)).advanced).toEqual(new Set([lost, due]));
  expect((await ledger.read(lost)).counters).toMatchObject({ waiting: 2, queued: 0 });
  // As if those that are queued had been done, and the news of it lost.
  await ledger.ctx.db.query(
    `UPDATE request_steps SET queued = 400, done = 600 WHERE request_id = $1`,
    [full],
  );
  expect((await sweepOnce()).advanced).toContain(full);
}, 300_000);

async function running(): Promise<number> {
  const [row] = await ledger.ctx.db.query<{ requests: number }>(
    "SELECT count(*) AS requests FROM requests WHERE state = 'running'",
  );
  return row?.requests ?? 0;
}

/** Moves the queued files of a request back, as giving them back or a retry does. */
async function setWaiting(id: string, set: string): Promise<void> {
  await ledger.ctx.db.query(
    `WITH moved AS (
       UPDATE request_files SET state = 'waiting', lease_until = NULL, ${set}
       WHERE request_id = $1 AND state = 'queued' RETURNING 1
     )
     UPDATE request_steps SET queued = 0, waiting = (SELECT count(*) FROM moved)
     WHERE request_id = $1`,
    [id],
  );
}
