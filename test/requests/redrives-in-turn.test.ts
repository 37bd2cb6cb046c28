// A round of many files takes long, and so does one that waits for it: other calls go on.
import pg from "pg";
import { expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

test("redrives that wait for a lock leave other calls connections", async () => {
  const ledger = await openLedger();
  const { query, pool } = ledger.ctx.db;
  const other = new pg.Client({ connectionString: ledger.ctx.databaseUrl });
  await other.connect();
  const waiting = async () => {
    // In a transaction, all reads of the statistics return what the first one did.
    await other.query("SELECT pg_stat_clear_snapshot()");
    const { rows } = await other.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  };
  try {
    const id = await ledger.submit(1);
    const [task] = await ledger.claim(1, { request: id });
    if (!task) throw new Error("No task came.");
    await ledger.report(task, "failure", { error: { class: "bad_input", message: "broken" } });
    await ledger.ended(id);

    await other.query("BEGIN");
    await other.query("SELECT FROM requests WHERE id = $1 FOR UPDATE", [id]);
    const size = pool.options.max ?? 0;
    const redrives = Array.from({ length: 2 * size }, () => redrive(ledger.ctx, id, local));
    const results = Promise.allSettled(redrives);
    await until(async () => (await waiting()) >= 4);
    // The pool serves in order of arrival: after these, each redrive has come as far as it can.
    for (let queries = 0; queries < 100; queries++) await query("SELECT 1");
    expect(await waiting()).toBe(4);
    await other.query("COMMIT");

    const settled = await results;
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refusals = settled.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(["cannot_redrive"]));
    expect((await ledger.read(id)).round).toBe(2);
    expect(await ledger.violations()).toEqual([]);
  } finally {
    await other.end();
    await ledger.close();
  }
});
