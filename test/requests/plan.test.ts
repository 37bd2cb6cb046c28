import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Query } from "../../src/db/client.ts";
import type { Task } from "../../src/operations/contract.ts";
import { registerFiles } from "../../src/requests/advance/register-store.ts";
import { deleteFileRows } from "../../src/requests/advance/remove-deleted-store.ts";
import { claim } from "../../src/requests/dispatch/claim.ts";
import { startedByClaim } from "../../src/requests/dispatch/repeated-claim-store.ts";
import { startFilesWithinLimits } from "../../src/requests/dispatch/start-store.ts";
import { withheldFiles } from "../../src/requests/dispatch/withheld-store.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { withheldOf } from "../../src/requests/monitor/withheld-store.ts";
import { recordReports } from "../../src/requests/reports/report-store.ts";
import { readLine } from "../../src/shares/line-store.ts";
import { placeInLine } from "../../src/shares/place-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";
import { reportRow } from "../unit/report-row.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterAll(() => ledger.close());

/** The plan that the statement really had, as auto_explain tells the connection that ran it. */
async function plansOf(work: (query: Query) => Promise<unknown>): Promise<string[]> {
  const client = await ledger.ctx.ledger.pool.connect();
  const plans: string[] = [];
  client.on("notice", ({ message }) => plans.push(message ?? ""));
  try {
    await client.query("SET auto_explain.log_min_duration = 0");
    await client.query("SET client_min_messages = log");
    await work(
      async (text, values = [], name = "") => (await client.query({ text, values, name })).rows,
    );
    return plans.filter((plan) => plan.includes("plan:"));
  } finally {
    client.release(true);
  }
}

function forgetStatistics() {
  return ledger.ctx.db.query(
    `SELECT pg_clear_relation_stats('public', 'request_files'),
       pg_clear_attribute_stats('public', 'request_files', attname, false)
     FROM pg_attribute WHERE attrelid = 'request_files'::regclass AND attnum > 0`,
  );
}

/** As after old requests were deleted: the pages are there, and held nothing when last analyzed. */
function sayNearlyEmpty() {
  return ledger.ctx.db.query(
    `SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text,
       'relpages', 10000, 'reltuples', 1::real)
     FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND (relname IN ('request_files', 'files') OR relname LIKE 'file_status_2%')`,
  );
}

async function analyze() {
  await ledger.ctx.db.query("ANALYZE request_files, files, file_status");
}

test.each([
  ["on tables without statistics", forgetStatistics],
  ["on tables that were nearly empty when last analyzed", sayNearlyEmpty],
])("a thousand reports go by the primary key %s", async (_, prepare) => {
  const id = await ledger.submit(1000);
  const tasks: Task[] = [];
  while (tasks.length < 1000)
    tasks.push(...(await ledger.claim(1000 - tasks.length, { request: id })));
  await prepare();
  const rows = tasks.map(({ request, file, step, attempt }) =>
    reportRow({ request, file, step, attempt, at: Date.now() }),
  );
  const plans = await plansOf((query) => recordReports(query, rows, 3, 60));
  expect(plans).toHaveLength(1);
  expect(plans[0]).toContain("Index Scan using request_files_pkey");
  expect(plans[0]).not.toContain("Seq Scan on request_files");
  expect(plans[0]).not.toMatch(/(Hash|Merge) Join/);
  ledger.ctx.advanceQueue.add(id);
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1000 });
});

test("a claim looks for withheld files by their own index, with statistics and without", async () => {
  const id = await ledger.submit(1000);
  await ledger.published(id, 1000);
  const look = () =>
    plansOf((query) =>
      withheldFiles(query, { operations: ["noop"], request: undefined }, ["w"], []),
    );
  await forgetStatistics();
  const without = await look();
  await ledger.ctx.db.query("ANALYZE request_files");
  for (const [plan, ...more] of [without, await look()]) {
    expect(more).toEqual([]);
    expect(plan).toContain("request_files_withheld_idx");
    expect(plan).not.toMatch(/Seq Scan on request_files|request_files_(pkey|open_idx)/);
  }
});

test("a repeated claim reads its files by their own index, with statistics and without", async () => {
  const claimId = randomUUID();
  const id = await ledger.submit(1000);
  await ledger.published(id, 1000);
  const waiter = { worker: "w", max: 900, waitSeconds: 30, request: id };
  const tasks = await claim(ledger.ctx, local, { ...waiter, claimId });
  await claim(ledger.ctx, local, { ...waiter, claimId: randomUUID(), max: 50 });
  const repeat = () => plansOf((query) => startedByClaim(query, "w", claimId, 60));
  await forgetStatistics();
  const without = await repeat();
  await ledger.ctx.db.query("ANALYZE request_files");
  for (const [plan, ...more] of [without, await repeat()]) {
    expect(more).toEqual([]);
    expect(plan).toContain("request_files_claim_idx");
    expect(plan).not.toMatch(/Seq Scan on request_files|request_files_open_idx/);
  }
  expect(await startedByClaim(ledger.ctx.ledger.query, "w", claimId, 60)).toHaveLength(
    tasks.length,
  );
});

test("a claim reads the workers that hold a request's files one by one, with statistics and without", async () => {
  const id = await ledger.submit(300, { workers: 2 });
  await ledger.published(id, 300);
  for (const worker of ["a", "b", "c"])
    await ledger.claim(100, { worker, request: id, waitSeconds: 0 });
  const line = { operations: ["noop"], users: 40, stepsOfUser: 40, without: [] };
  const look = async () => [
    ...(await plansOf((query) => readLine(query, line))),
    ...(await plansOf((query) => placeInLine(query, id, 1))),
    ...(await plansOf((query) =>
      startFilesWithinLimits(query, 60, [], { ofWaiters: [], ofPoll: 0 }),
    )),
  ];
  await forgetStatistics();
  const without = await look();
  await ledger.ctx.db.query("ANALYZE request_files");
  for (const plans of [without, await look()]) {
    expect(plans).toHaveLength(3);
    for (const plan of plans) {
      expect(plan).toContain("request_files_holders_idx");
      expect(plan).not.toMatch(/Seq Scan on request_files|request_files_open_idx/);
    }
  }
  const [step] = (await readLine(ledger.ctx.db.query, line)).steps.filter(
    ({ request }) => request === id,
  );
  expect(step?.holders).toEqual(["a", "b"]);
});

test("a chunk of a deletion goes by keys on tables without statistics", async () => {
  const id = await ledger.submit(1000);
  await until(async () => (await ledger.read(id)).counters.total === 1000);
  await cancel(ledger.ctx, id, local);
  await ledger.ended(id);
  await forgetStatistics();
  const [request] = await ledger.ctx.db.query<{ id: string; createdOn: string }>(
    `SELECT id, created_on AS "createdOn" FROM requests WHERE id = $1`,
    [id],
  );
  if (!request) throw new Error("the request is missing");
  const plans = await plansOf((query) => deleteFileRows(query, request, 0));
  expect(plans).toHaveLength(1);
  expect(plans[0]).toContain("Delete on request_files");
  expect(plans[0]).not.toContain("Seq Scan");
});

test("a chunk of registration reads the dataset's files from the last registered one on", async () => {
  const id = await ledger.submit(3000);
  await until(async () => (await ledger.read(id)).counters.total === 3000);
  const [request] = await ledger.ctx.db.query<{ dataset: number }>(
    "SELECT dataset_id AS dataset FROM requests WHERE id = $1",
    [id],
  );
  const look = () =>
    plansOf((query) =>
      registerFiles({ tx: (work) => work(query) }, id, request?.dataset ?? 0, 1000),
    );
  for (const prepare of [forgetStatistics, sayNearlyEmpty, analyze]) {
    await prepare();
    const plan = (await look()).find((one) => one.includes("next_files")) ?? "";
    expect(plan).toMatch(/Index Cond: \(\(dataset_id = [^)]*\) AND \(seq > /);
    expect(plan).not.toMatch(/Join Filter: .*seq/);
  }
});

test("why files wait for another worker is read for each of them, not from all history", async () => {
  const id = await ledger.submit(1000);
  for (let n = 0; n < 1000; n += 100) await ledger.claim(100, { request: id });
  const look = () => plansOf((query) => withheldOf(query, id));
  for (const prepare of [forgetStatistics, sayNearlyEmpty, analyze]) {
    await prepare();
    const [plan = ""] = await look();
    const conditions = plan.match(/Index Cond: .*request_created.*/g);
    expect(conditions).not.toBeNull();
    for (const condition of conditions ?? []) expect(condition).toContain("file_id = ");
  }
});
