// Lists of files that no request uses are deleted; those that are used stay.
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { removeUnused } from "../../src/datasets/housekeep.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";
import { numberOf, submitDataset, workOff } from "./support.ts";

const root = temporaryFolder("unused");
const leading = { isLeader: () => true };
let ledger: Ledger;
/** without a scheduler, whose housekeeping would come between */
let calm: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { INPUT_ROOTS: root } });
  calm = await openLedger({ scheduler: false });
});
afterAll(async () => {
  await ledger.close();
  await calm.close();
  rmSync(root, { recursive: true });
});

const list = (files: number, name: string) =>
  Array.from({ length: files }, (_, index) => `/data/${name}/${index}`);

async function filesOf(dataset: number, { ctx } = ledger): Promise<number> {
  const [row] = await ctx.db.query<{ n: number }>(
    "SELECT count(*) AS n FROM files WHERE dataset_id = $1",
    [dataset],
  );
  return row?.n ?? 0;
}

/** The sweep of two hours later, and that of four hours later. */
async function hoursLater(dataset: number): Promise<void> {
  for (let sweep = 0; sweep < 2; sweep++) {
    await makeOlder(dataset);
    await removeUnused(ledger.ctx, leading);
  }
}

async function makeOlder(dataset: number): Promise<void> {
  await ledger.ctx.db.query(
    `UPDATE datasets SET last_used_at = last_used_at - interval '2 hours',
       updated_at = updated_at - interval '2 hours' WHERE id = $1`,
    [dataset],
  );
}

test("the list of a deleted request is deleted once no other request uses it", async () => {
  // More than one statement deletes
  const files = list(5_100, "long");
  const ids = [await submitDataset(ledger, { files }), await submitDataset(ledger, { files })];
  const [first, second] = ids as [string, string];
  const dataset = await numberOf(ledger, first);
  expect(await numberOf(ledger, second)).toBe(dataset);
  for (const id of ids) {
    await cancel(ledger.ctx, id, local);
    await ledger.ended(id);
  }
  await deleteRequest(ledger.ctx, first, local);
  await hoursLater(dataset);
  expect(await filesOf(dataset)).toBe(5_100);
  await deleteRequest(ledger.ctx, second, local);
  await until(async () => !(await requestsOf(dataset)));
  await hoursLater(dataset);
  expect(await filesOf(dataset)).toBe(0);
  expect(await ledger.ctx.db.query("SELECT FROM datasets WHERE id = $1", [dataset])).toEqual([]);
});

async function requestsOf(dataset: number): Promise<number> {
  const rows = await ledger.ctx.db.query("SELECT FROM requests WHERE dataset_id = $1", [dataset]);
  return rows.length;
}

test("a list that was used a moment ago stays, and one that was deleted is made again", async () => {
  const files = list(3, "again");
  const first = await submitDataset(ledger, { files });
  const dataset = await numberOf(ledger, first);
  await workOff(ledger, first);
  await deleteRequest(ledger.ctx, first, local);
  await removeUnused(ledger.ctx, leading);
  expect(await filesOf(dataset)).toBe(3);
  await hoursLater(dataset);
  expect(await filesOf(dataset)).toBe(0);
  const second = await submitDataset(ledger, { files });
  expect(await numberOf(ledger, second)).not.toBe(dataset);
  expect(await workOff(ledger, second)).toEqual(files);
  expect((await ledger.read(second)).counters).toMatchObject({ total: 3, done: 3 });
});

test("what an external finder knows of a name stays until someone deletes it", async () => {
  const [row] = await ledger.ctx.db.query<{ id: number }>(
    `INSERT INTO datasets (finder, name, state, outcome) VALUES ('rucio', 'kept', 'ready', 'found')
     RETURNING id`,
  );
  const dataset = row?.id ?? 0;
  await ledger.ctx.db.query(
    "INSERT INTO files (dataset_id, seq, paths, path_key) VALUES ($1, 1, '{x}', 'x')",
    [dataset],
  );
  await hoursLater(dataset);
  expect(await filesOf(dataset)).toBe(1);
});

test("the list of a folder is deleted too, and made again by a request that names it", async () => {
  mkdirSync(join(root, "kept"));
  for (const file of ["a", "b"]) writeFileSync(join(root, "kept", file), "1");
  const did = `dir://${join(root, "kept")}`;
  const first = await submitDataset(ledger, { did });
  await workOff(ledger, first);
  const dataset = await numberOf(ledger, first);
  await deleteRequest(ledger.ctx, first, local);
  await until(async () => !(await requestsOf(dataset)));
  expect(await filesOf(dataset)).toBe(2);
  await hoursLater(dataset);
  expect(await filesOf(dataset)).toBe(0);
  const second = await submitDataset(ledger, { did });
  expect(await workOff(ledger, second)).toHaveLength(2);
});

test("a list stays while a task must still release files of a deleted request", async () => {
  const { query } = calm.ctx.db;
  const dataset = await retiredList(3, "owed");
  const task = randomUUID();
  await query(
    "INSERT INTO tasks (id, operation, group_key, state) VALUES ($1, 'stage', '', 'running')",
    [task],
  );
  await query(
    `INSERT INTO task_files (task_id, request_id, file_id, step, attempt, state, replicas)
     SELECT $1, $2, min(files.id), 1, 1, 'running', '{}' FROM files WHERE dataset_id = $3`,
    [task, randomUUID(), dataset],
  );
  expect(await removeUnused(calm.ctx, leading)).toBe(0);
  expect(await filesOf(dataset, calm)).toBe(3);
  await query("DELETE FROM tasks WHERE id = $1", [task]);
  expect(await removeUnused(calm.ctx, leading)).toBe(1);
  expect(await filesOf(dataset, calm)).toBe(0);
});

test("a run whose time is up stops after a chunk, and the next runs go on", async () => {
  const dataset = await retiredList(2_500, "in-parts");
  const runs: [number, number][] = [];
  for (let run = 0; run < 3; run++) {
    const removed = await removeUnused(calm.ctx, { ...leading, milliseconds: 0 });
    runs.push([removed, await filesOf(dataset, calm)]);
  }
  expect(runs).toEqual([
    [0, 1_500],
    [0, 500],
    [1, 0],
  ]);
});

test("whoever no longer leads deletes no further list", async () => {
  const datasets = [await retiredList(1, "led"), await retiredList(1, "led-by-another")];
  const left = () => Promise.all(datasets.map((dataset) => filesOf(dataset, calm)));
  expect(await removeUnused(calm.ctx, { isLeader: () => false })).toBe(1);
  expect(await left()).toEqual([0, 1]);
  expect(await removeUnused(calm.ctx, leading)).toBe(1);
  expect(await left()).toEqual([0, 0]);
});

/** An old list, where no scheduler runs, that no request uses and that no new request can take. */
async function retiredList(files: number, name: string): Promise<number> {
  const [row] = await calm.ctx.db.query<{ id: number }>(
    `WITH retired AS (
       INSERT INTO datasets (finder, name, state, outcome, last_used_at, updated_at)
       VALUES ('user', $1, 'stale', 'found', now() - interval '2 hours', now() - interval '2 hours')
       RETURNING id
     ), listed AS (
       INSERT INTO files (dataset_id, seq, paths, path_key)
       SELECT id, n, ARRAY[path], path::bytea
       FROM retired, generate_series(1, $2::int) AS n, concat($1::text, n) AS path
     )
     SELECT id FROM retired`,
    [name, files],
  );
  const dataset = row?.id ?? 0;
  expect(await filesOf(dataset, calm)).toBe(files);
  return dataset;
}
