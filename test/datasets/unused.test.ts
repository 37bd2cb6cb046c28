// Lists of files that no request uses are deleted; those that are used stay.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { removeUnused } from "../../src/datasets/housekeep.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";
import { numberOf, submitDataset, workOff } from "./support.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

const list = (files: number, name: string) =>
  Array.from({ length: files }, (_, index) => `/data/${name}/${index}`);

async function filesOf(dataset: number): Promise<number> {
  const [row] = await ledger.ctx.db.query<{ n: number }>(
    "SELECT count(*) AS n FROM files WHERE dataset_id = $1",
    [dataset],
  );
  return row?.n ?? 0;
}

/** The sweep of two hours later, and that of four hours later. */
async function hoursLater(dataset: number): Promise<void> {
  for (let sweep = 0; sweep < 2; sweep++) {
    await ledger.ctx.db.query(
      `UPDATE datasets SET last_used_at = last_used_at - interval '2 hours',
         updated_at = updated_at - interval '2 hours' WHERE id = $1`,
      [dataset],
    );
    await removeUnused(ledger.ctx);
  }
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
  await removeUnused(ledger.ctx);
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
