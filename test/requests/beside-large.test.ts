// Work that takes long has places of its own: small requests go on beside it.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { OPERATIONS: "noop" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

const large = 20;
const manyFiles = 3000;
const registerLock = 72707371;

/** Holds what the statement locks, until it is released. */
async function locked(statement: string, values: unknown[]): Promise<() => Promise<void>> {
  const client = await ledger.ctx.db.pool.connect();
  await client.query("BEGIN");
  await client.query(statement, values);
  return async () => {
    await client.query("ROLLBACK");
    client.release();
  };
}

/** More files of the list that these requests share and have registered so far. */
async function addFiles(ids: string[]): Promise<void> {
  await ledger.ctx.db.query(
    `WITH grown AS (
       UPDATE datasets SET file_count = file_count + $2
       FROM requests WHERE requests.id = $1 AND datasets.id = requests.dataset_id
       RETURNING datasets.id, datasets.file_count - $2 AS before
     )
     INSERT INTO files (dataset_id, seq, paths, path_key)
     SELECT grown.id, grown.before + n, ARRAY['/data/more-' || n],
       sha256(int8send(grown.id) || int8send(n))
     FROM grown CROSS JOIN generate_series(1, $2) AS n`,
    [ids[0], manyFiles],
  );
  for (const id of ids) ledger.ctx.advanceQueue.add(id);
}

async function completeSmall(): Promise<void> {
  const id = await ledger.submit(10);
  const done = new Set<number>();
  while (done.size < 10) {
    for (const task of await ledger.claim(10, { request: id })) {
      expect(await ledger.report(task, "success")).toBe("recorded");
      done.add(task.file);
    }
  }
  expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 10 } });
}

const totals = (ids: string[]) =>
  Promise.all(ids.map(async (id) => (await ledger.read(id)).counters.total));

test("a request of 10 files completes while 20 requests register many", async () => {
  const ids = await Promise.all(Array.from({ length: large }, () => ledger.submit(1)));
  await Promise.all(ids.map((id) => ledger.published(id, 1)));
  const release = await locked(
    "SELECT pg_advisory_xact_lock(hashtextextended(id, $2)) FROM unnest($1::text[]) AS id",
    [ids, registerLock],
  );
  await addFiles(ids);
  await completeSmall();
  expect(await totals(ids)).toEqual(ids.map(() => 1));
  await release();
  await until(async () => (await totals(ids)).every((total) => total === 1 + manyFiles));
  for (const id of ids) await cancel(ledger.ctx, id, local);
  for (const id of ids) expect((await ledger.ended(id)).state).toBe("canceled");
});

test("a request of 10 files completes while 20 requests with many files are being canceled", async () => {
  const ids = await Promise.all(Array.from({ length: large }, () => ledger.submit(manyFiles)));
  await until(async () => (await totals(ids)).every((total) => total === manyFiles));
  const release = await locked(
    "SELECT FROM request_files WHERE request_id = ANY($1::uuid[]) FOR UPDATE",
    [ids],
  );
  for (const id of ids) await cancel(ledger.ctx, id, local);
  await completeSmall();
  for (const id of ids) expect((await ledger.read(id)).state).toBe("canceling");
  await release();
  for (const id of ids) expect((await ledger.ended(id)).state).toBe("canceled");
});

test("a large request registers its files while three that are large are being removed", async () => {
  const ids = await Promise.all(Array.from({ length: 3 }, () => ledger.submit(manyFiles)));
  await until(async () => (await totals(ids)).every((total) => total === manyFiles));
  for (const id of ids) await cancel(ledger.ctx, id, local);
  for (const id of ids) await ledger.ended(id);
  const release = await locked(
    "SELECT FROM request_files WHERE request_id = ANY($1::uuid[]) FOR UPDATE",
    [ids],
  );
  const settings = { waitSeconds: 0 };
  await Promise.all(ids.map((id) => deleteRequest(ledger.ctx, id, local, settings)));
  const large = await ledger.submit(manyFiles);
  await until(async () => (await totals([large]))[0] === manyFiles);
  const rows = () =>
    ledger.ctx.db.query("SELECT FROM request_files WHERE request_id = ANY($1::uuid[])", [ids]);
  expect(await rows()).toHaveLength(ids.length * manyFiles);
  await release();
  await until(async () => (await rows()).length === 0);
  await cancel(ledger.ctx, large, local);
  await ledger.ended(large);
});
