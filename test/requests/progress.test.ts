// What the plot of a request's page is drawn from.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { progressOf, sampleProgress } from "../../src/requests/monitor/progress.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterAll(() => ledger.close());

interface Row {
  sampled_at: Date;
  done: number;
  place: number;
}

const rowsOf = (id: string, from = ledger) =>
  from.ctx.db.query<Row>(
    `SELECT sampled_at, done, place FROM request_progress WHERE request_id = $1
     ORDER BY sampled_at`,
    [id],
  );

/** As if the rows, and the request, were older. */
async function age(id: string, minutes: number): Promise<void> {
  for (const [table, column, key] of [
    ["request_progress", "sampled_at", "request_id"],
    ["requests", "created_at", "id"],
  ])
    await ledger.ctx.db.query(
      `UPDATE ${table} SET ${column} = ${column} - make_interval(mins => $2) WHERE ${key} = $1`,
      [id, minutes],
    );
}

async function finishOne(id: string): Promise<void> {
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("no task");
  expect(await ledger.report(task, "success")).toBe("recorded");
}

test("a request has at most one row a minute, and none while nothing changes", async () => {
  const id = await ledger.submit(3);
  await until(() => new Date().getSeconds() < 50, { what: "a minute that does not end soon" });
  await sampleProgress(ledger.ctx);
  await finishOne(id);
  await sampleProgress(ledger.ctx);
  expect(await rowsOf(id)).toMatchObject([{ done: 0, place: 1 }]);

  await age(id, 5);
  await sampleProgress(ledger.ctx);
  expect(await rowsOf(id)).toMatchObject([{ done: 0 }, { done: 1, place: 2 }]);

  await age(id, 5);
  await sampleProgress(ledger.ctx);
  expect(await rowsOf(id)).toHaveLength(2);
});

test("the plot begins with the submit and ends with what is known now", async () => {
  const id = await ledger.submit(2);
  expect(await progressOf(ledger.ctx, await ledger.read(id))).toEqual([]);
  await sampleProgress(ledger.ctx);
  await finishOne(id);
  const view = await ledger.read(id);
  const points = await progressOf(ledger.ctx, view);
  expect(points.map(({ done }) => done)).toEqual([0, 0, 1]);
  expect(points[0]?.at).toBe(Date.parse(view.created_at));
  expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).sort((a, b) => a - b));
});

test("more than 200 rows are thinned to about a hundred, over the whole time", async () => {
  const id = await ledger.submit(2);
  await ledger.ctx.db.query(
    `INSERT INTO request_progress (request_id, sampled_at, total, done, failed, canceled, place)
     SELECT $1, now() - make_interval(mins => 201 - n), 2, 0, 0, 0, n
     FROM generate_series(1, 200) n`,
    [id],
  );
  await finishOne(id);
  await sampleProgress(ledger.ctx);
  const rows = await rowsOf(id);
  expect(rows.length).toBeGreaterThan(80);
  expect(rows.length).toBeLessThanOrEqual(101);
  expect(rows.at(-1)).toMatchObject({ done: 1, place: rows.length });
  const gaps = rows
    .slice(1)
    .map((row, at) => Number(row.sampled_at) - Number(rows[at]?.sampled_at));
  expect(Math.max(...gaps)).toBeLessThan(4 * 60_000);
  expect(Date.now() - Number(rows[0]?.sampled_at)).toBeGreaterThan(195 * 60_000);
});

test("the leader writes the rows, and they go with the request", async () => {
  const led = await openLedger();
  try {
    const id = await led.submit(1);
    await until(async () => (await rowsOf(id, led)).length === 1, { timeoutSeconds: 60 });
    const [task] = await led.claim(1, { request: id });
    if (!task) throw new Error("no task");
    await led.report(task, "success");
    await led.ended(id);
    await deleteRequest(led.ctx, id, local);
    await until(async () => (await rowsOf(id, led)).length === 0);
  } finally {
    await led.close();
  }
});
