// Deleting a request, against whatever else happens to it at that moment.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { RequestError } from "../../src/errors.ts";
import type { Task } from "../../src/operations/contract.ts";
import { readReceipt } from "../../src/receipts/issue.ts";
import { advance } from "../../src/requests/advance/advance.ts";
import { deleteFileRows } from "../../src/requests/advance/remove-deleted-store.ts";
import { keyProblem } from "../../src/requests/keys/keys.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { failRequest } from "../../src/requests/lifecycle/fail.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { listRequests } from "../../src/requests/read/request.ts";
import { listResults } from "../../src/requests/read/results.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";
import { wholeRun } from "../support/whole-run.ts";

let ledger: Ledger;
/** a process on the same database whose `advance` does not run by itself */
let still: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
  still = await openLedger({
    databaseUrl: ledger.ctx.databaseUrl,
    scheduler: false,
    env: { DATA_DIR: ledger.ctx.config.dataDir },
  });
  await still.ctx.advanceQueue.close();
});
afterAll(async () => {
  await still.close();
  await ledger.close();
});

/** A request whose files have failed, without a worker. */
async function failed(files: number): Promise<string> {
  const id = await ledger.submit(files);
  await until(async () => (await ledger.read(id)).counters.total === files);
  await failRequest(ledger.ctx, id, local, "its files are not tables");
  await ledger.ended(id);
  return id;
}

async function rowsOf(id: string): Promise<Record<string, number>> {
  const [row] = await ledger.ctx.db.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM requests WHERE id = $1) AS requests,
       (SELECT count(*) FROM request_files WHERE request_id = $1) AS files,
       (SELECT count(*) FROM file_status WHERE request_id = $1) AS history,
       (SELECT count(*) FROM results WHERE request_id = $1) AS results`,
    [id],
  );
  return row ?? {};
}
const nothing = { requests: 0, files: 0, history: 0, results: 0 };

/** On a busy machine, the call returns before the last row is removed. */
async function nothingLeft(id: string): Promise<void> {
  await until(async () => (await rowsOf(id)).requests === 0);
  expect(await rowsOf(id)).toEqual(nothing);
}

const receiptOf = async (id: string) => JSON.parse(await readReceipt(ledger.ctx, id, local));

/** Statements of this database that wait for a lock of another. */
async function waiting(): Promise<number> {
  const [row] = await ledger.ctx.db.query<{ n: number }>(
    `SELECT count(*) AS n FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.n ?? 0;
}

const tries = 300;
const atOnce = 4;

test(`of a delete and a redrive at the same moment exactly one happens, in ${tries} tries`, async () => {
  for (let done = 0; done < tries; done += atOnce) {
    const ids = await Promise.all(Array.from({ length: atOnce }, () => failed(2)));
    // With a receipt the delete has less to do: either may be first.
    await Promise.all(ids.slice(atOnce / 2).map((id) => readReceipt(ledger.ctx, id, local)));
    await Promise.all(ids.map(deleteWhileRedriven));
  }
  expect(await ledger.violations()).toEqual([]);
}, 900_000);

async function deleteWhileRedriven(id: string): Promise<void> {
  const [deletion, next] = await Promise.allSettled([
    deleteRequest(ledger.ctx, id, local),
    redrive(still.ctx, id, local),
  ]);
  expect([deletion.status, next.status].sort()).toEqual(["fulfilled", "rejected"]);
  if (next.status === "rejected") {
    // 404 if everything was removed before the redrive read it
    expect([404, 409], String(next.reason)).toContain((next.reason as RequestError).status);
    await nothingLeft(id);
    expect((await receiptOf(id)).receipt.request).toMatchObject({ id, round: 1 });
    return;
  }
  expect(deletion).toMatchObject({ reason: { status: 409, code: "request_open" } });
  // The process that redrove it does not advance it: the sweep of the other does.
  await ledger.work(id, 2);
  expect(await ledger.ended(id)).toMatchObject({ round: 2, counters: { done: 2 } });
  expect(await rowsOf(id)).toMatchObject({ requests: 1, files: 2 });
}

test.each(["delete", "redrive"] as const)(
  "of a %s and what waits for the same row, the first happens",
  async (first) => {
    const id = await failed(1);
    await readReceipt(ledger.ctx, id, local);
    const start = {
      delete: () => deleteRequest(ledger.ctx, id, local),
      redrive: () => redrive(ledger.ctx, id, local),
    };
    const second = first === "delete" ? "redrive" : "delete";
    const calls = await ledger.ctx.db.tx(async (query) => {
      await query("SELECT FROM requests WHERE id = $1 FOR UPDATE", [id]);
      const before = Promise.allSettled([start[first]()]);
      await until(async () => (await waiting()) === 1);
      const after = Promise.allSettled([start[second]()]);
      await until(async () => (await waiting()) === 2);
      return [before, after];
    });
    const [[before], [after]] = (await Promise.all(calls)) as [
      [PromiseSettledResult<unknown>],
      [PromiseSettledResult<unknown>],
    ];
    expect(before).toMatchObject({ status: "fulfilled" });
    expect(after).toMatchObject({
      status: "rejected",
      reason: {
        status: 409,
        message:
          first === "delete"
            ? "The request is deleted; it can no longer be changed."
            : "The request is running; cancel it first, then delete it.",
      },
    });
    if (first === "delete") await nothingLeft(id);
    else await cancel(ledger.ctx, id, local);
  },
);

test("a request whose deletion has begun is hidden at once, and nothing changes it any more", async () => {
  const id = await failed(1);
  await readReceipt(ledger.ctx, id, local);
  await deleteRequest(still.ctx, id, local, { waitSeconds: 0 });
  // Both processes may remove it: what follows holds before and after that.
  await expect(still.read(id)).rejects.toMatchObject({ status: 404 });
  const { items } = await listRequests(still.ctx, local, { limit: 1000 });
  expect(items.map((request) => request.id)).not.toContain(id);
  expect(await keyProblem(still.ctx, { request: id, kind: "read" })).toBe("deleted");
  expect(await keyProblem(still.ctx, { request: id, kind: "write" })).toBe("deleted");
  expect((await receiptOf(id)).receipt.request).toMatchObject({ id, state: "failed" });
  await until(async () => (await rowsOf(id)).requests === 0);
});

test("two deletes at the same moment both succeed; a later one finds nothing", async () => {
  for (let attempt = 0; attempt < 5; attempt++) {
    const id = await failed(1);
    await Promise.all([
      deleteRequest(ledger.ctx, id, local),
      deleteRequest(still.ctx, id.toUpperCase(), local),
    ]);
    await nothingLeft(id);
    await expect(deleteRequest(ledger.ctx, id, local)).rejects.toMatchObject({ status: 404 });
  }
});

/** Without a process that advances, so that the test says when. */
async function aloneWith<Result>(work: (alone: Ledger) => Promise<Result>): Promise<Result> {
  const alone = await openLedger({ scheduler: false });
  try {
    return await work(alone);
  } finally {
    await alone.close();
  }
}

const transform = {
  operation: "transform",
  settings: { generator: "sql", selection: "select 1 from input", format: "csv" },
};

async function withResults(alone: Ledger, files: number): Promise<string> {
  const { request } = await submit(alone.ctx, local, {
    dataset: { files: Array.from({ length: files }, (_, index) => `/data/${index}.csv`) },
    steps: [transform],
  });
  for (let left = files; left > 0; ) {
    const tasks: Task[] = await alone.claim(Math.min(left, 1000), { request: request.id });
    for (const task of tasks) {
      const name = task.upload?.name ?? "";
      await alone.ctx.store.put(request.id, name, Buffer.from("12345"));
      await alone.report(task, "success", { results: [{ name, size: 5 }] });
    }
    left -= tasks.length;
  }
  await alone.ended(request.id);
  return request.id;
}

test("wherever a process dies in a deletion, the next advance does the rest, and the audit is clean", async () => {
  await aloneWith(async (alone) => {
    const { ctx } = alone;
    const ids = await Promise.all([1, 2, 3].map(() => withResults(alone, 4)));
    const [begun, bucketRemoved, halfRemoved] = ids as [string, string, string];
    await ctx.advanceQueue.close();
    for (const id of ids) await deleteRequest(ctx, id, local, { waitSeconds: 0 });
    for (const id of ids) await expect(listResults(ctx, id, local, { limit: 9 })).rejects.toThrow();
    for (const id of [bucketRemoved, halfRemoved]) await ctx.store.removeBucket(id);
    const [row] = await ctx.db.query<{ day: string; second: number }>(
      `SELECT created_on AS day, (SELECT file_id FROM request_files WHERE request_id = requests.id
         ORDER BY file_id OFFSET 1 LIMIT 1) AS second FROM requests WHERE id = $1`,
      [halfRemoved],
    );
    const request = { id: halfRemoved, createdOn: row?.day ?? "" };
    await deleteFileRows(ctx.ledger.query, request, row?.second ?? 0);
    expect(await alone.violations()).toEqual([]);

    for (const id of [begun, bucketRemoved, halfRemoved]) await advance(ctx, id, wholeRun);
    const [left] = await ctx.db.query<Record<string, number>>(
      `SELECT (SELECT count(*) FROM requests) AS requests,
         (SELECT count(*) FROM request_files) AS files,
         (SELECT count(*) FROM file_status) AS history,
         (SELECT count(*) FROM results) AS results`,
    );
    expect(left).toEqual(nothing);
    expect(await ctx.store.buckets()).toEqual([]);
    expect(await alone.violations()).toEqual([]);
  });
});

test("the sweep finishes a deletion that no process has in its queue", async () => {
  const id = await failed(2);
  await deleteRequest(still.ctx, id, local, { waitSeconds: 0 });
  await nothingLeft(id);
});

test("a request with more files than one statement deletes is removed with all its rows", async () => {
  const id = await ledger.submit(5_200);
  await until(async () => (await ledger.read(id)).counters.total === 5_200);
  await cancel(ledger.ctx, id, local);
  await ledger.ended(id);
  await deleteRequest(ledger.ctx, id, local);
  await nothingLeft(id);
  expect(await ledger.violations()).toEqual([]);
});

test("the idempotency key of a request that is being deleted makes a new one", async () => {
  const input = { dataset: { files: ["/data/key"] }, steps: [{ operation: "noop", settings: {} }] };
  const key = { key: "again", bodyHash: "x" };
  const first = await submit(ledger.ctx, local, input, { key });
  await cancel(ledger.ctx, first.request.id, local);
  await ledger.ended(first.request.id);
  await deleteRequest(still.ctx, first.request.id, local, { waitSeconds: 0 });
  const second = await submit(ledger.ctx, local, input, { key });
  expect(second.created).toBe(true);
  expect(second.request.id).not.toBe(first.request.id);
});
