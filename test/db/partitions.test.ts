import { afterEach, beforeEach, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { ensurePartitions, removeOldPartitions } from "../../src/db/partitions.ts";
import type { Task } from "../../src/operations/contract.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterEach(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

async function months(year: number): Promise<string[]> {
  const rows = await ledger.ctx.db.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'file_status'::regclass ORDER BY 1`,
  );
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  return names.filter((name) => name.startsWith(`file_status_${year}_`));
}

/** A request of one file, which is done, as if it had been made on that day. */
async function doneOn(day: string): Promise<string> {
  const id = await ledger.submit(1);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  expect(await ledger.report(task, "success")).toBe("recorded");
  await ledger.ended(id);
  await ledger.ctx.db.tx(async (query) => {
    const made = [id, day];
    await query(
      "UPDATE requests SET created_on = $2::date, created_at = $2::date WHERE id = $1",
      made,
    );
    await query("UPDATE file_status SET request_created = $2 WHERE request_id = $1", made);
  });
  return id;
}

test("many services at once make next month's partition once", async () => {
  const newYear = new Date("2031-12-31T23:59:59Z");
  await Promise.all(Array.from({ length: 8 }, () => ensurePartitions(ledger.ctx.db, newYear)));
  expect(await months(2031)).toEqual(["file_status_2031_11", "file_status_2031_12"]);
  expect(await months(2032)).toEqual(["file_status_2032_01"]);
});

test("a month of history goes when no request is left that was made in it", async () => {
  await ensurePartitions(ledger.ctx.db, new Date("2021-03-15"));
  const first = await doneOn("2021-03-01");
  const last = await doneOn("2021-03-31");
  await housekeep(ledger.ctx);
  expect(await months(2021)).toEqual(["file_status_2021_03"]);
  await deleteRequest(ledger.ctx, first, local);
  await housekeep(ledger.ctx);
  expect(await months(2021)).toEqual(["file_status_2021_03"]);
  await deleteRequest(ledger.ctx, last, local);
  await housekeep(ledger.ctx);
  expect(await months(2021)).toEqual([]);
});

test("the last month stays without requests: one that is made at its end may be on its way", async () => {
  const today = new Date("2021-03-15");
  await ensurePartitions(ledger.ctx.db, today);
  expect(await removeOldPartitions(ledger.ctx.db, today)).toBe(0);
  expect(await months(2021)).toHaveLength(3);
});

test("history whose request is gone stays where it is, and nothing else is kept for it", async () => {
  await ensurePartitions(ledger.ctx.db, new Date("2021-03-15"));
  const id = await doneOn("2021-03-01");
  const { query } = ledger.ctx.db;
  await query("DELETE FROM requests WHERE id = $1", [id]);
  expect(await removeOldPartitions(ledger.ctx.db)).toBe(2);
  expect(await months(2021)).toEqual(["file_status_2021_03"]);
  await query("DELETE FROM file_status WHERE request_id = $1", [id]);
});

test("a long read keeps the month, and reports go on beside it", async () => {
  await ensurePartitions(ledger.ctx.db, new Date("2021-03-15"));
  const id = await ledger.submit(20);
  await ledger.published(id, 20);
  const tasks = await ledger.claim(20, { request: id });
  const reader = await ledger.ctx.db.pool.connect();
  await reader.query("BEGIN");
  await reader.query("SELECT count(*) FROM file_status");
  const removing = removeOldPartitions(ledger.ctx.db);
  const [removed, ...answers] = await Promise.allSettled([
    removing,
    ...tasks.map((task) => ledger.report(task, "success")),
  ]);
  expect(removed).toMatchObject({ status: "rejected" });
  expect(new Set(answers.map((answer) => answer.status === "fulfilled" && answer.value))).toEqual(
    new Set(["recorded"]),
  );
  expect(await months(2021)).toHaveLength(3);
  await reader.query("COMMIT");
  reader.release();
  expect(await removeOldPartitions(ledger.ctx.db)).toBe(3);
  await ledger.ended(id);
});
