// Results that expire, against a redrive at that moment and in the rounds after it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { toTransformations } from "../../src/facades/servicex/transformation.ts";
import type { Task } from "../../src/operations/contract.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { listResults } from "../../src/requests/read/results.ts";
import { removeExpired } from "../../src/requests/scheduler/expire-results.ts";
import { expireResults } from "../../src/requests/scheduler/expire-results-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { RESULT_TTL_DAYS: "1" } });
});
afterAll(() => ledger.close());

const step = {
  operation: "transform",
  settings: { generator: "sql", selection: "select 1 from input", format: "csv" },
};

async function succeed(task: Task): Promise<void> {
  const name = task.upload?.name ?? "";
  await ledger.ctx.store.put(task.request, name, Buffer.from("12345"));
  expect(await ledger.report(task, "success", { results: [{ name, size: 5 }] })).toBe("recorded");
}

async function claimed(id: string): Promise<Task> {
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  return task;
}

/** One file has a result, the other has failed; the request ended two days ago. */
async function halfFailed(): Promise<string> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files: ["/data/a.csv", "/data/b.csv"] },
    steps: [step],
  });
  await succeed(await claimed(request.id));
  const error = { class: "bad_input", message: "it is not a table" };
  await ledger.report(await claimed(request.id), "failure", { error });
  await ledger.ended(request.id);
  await twoDaysPass(request.id);
  return request.id;
}

async function twoDaysPass(id: string): Promise<void> {
  await ledger.ctx.db.query(
    `UPDATE requests SET finished_at = finished_at - interval '2 days',
       results_deleted_at = results_deleted_at - interval '2 days' WHERE id = $1`,
    [id],
  );
}

const namesOf = async (id: string) =>
  (await listResults(ledger.ctx, id, local, { limit: 10 })).items.map(({ name }) => name);
const objectsOf = async (id: string) =>
  (await ledger.ctx.store.list(id)).map(({ name }) => name).sort();
const completedOf = async (id: string) =>
  (await toTransformations(ledger.ctx, [await ledger.read(id)]))[0]?.["files-completed"];

test("defect 54: results are either kept or expire when a redrive begins at that moment, and new ones are kept", async () => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const id = await halfFailed();
    const [old] = (await namesOf(id)) as [string];
    const [expired] = await Promise.all([
      removeExpired(ledger.ctx),
      redrive(ledger.ctx, id, local),
    ]);
    const task = await claimed(id);
    await succeed(task);
    await ledger.ended(id);
    const kept = [...(expired ? [] : [old]), task.upload?.name ?? ""];
    expect(await namesOf(id)).toEqual(kept);
    expect(await completedOf(id)).toBe(kept.length);
    expect(await objectsOf(id)).toEqual([...kept].sort());
  }
  expect(await ledger.violations()).toEqual([]);
}, 600_000);

test("a request that is redriven after it was found to have expired keeps its results", async () => {
  const id = await halfFailed();
  const before = await namesOf(id);
  expect(before).toHaveLength(1);
  await redrive(ledger.ctx, id, local);
  expect(await ledger.ctx.db.tx((query) => expireResults(query, 86_400, id))).toBe(false);
  expect(await namesOf(id)).toEqual(before);
  await succeed(await claimed(id));
  await ledger.ended(id);
});

test("what a redrive makes after its results have expired expires too, in its own time", async () => {
  const id = await halfFailed();
  await housekeep(ledger.ctx);
  expect([await namesOf(id), await objectsOf(id), await completedOf(id)]).toEqual([[], [], 0]);
  expect(await ledger.ctx.store.buckets()).not.toContain(id);
  await redrive(ledger.ctx, id, local);
  await succeed(await claimed(id));
  await ledger.ended(id);
  await housekeep(ledger.ctx);
  expect(await namesOf(id)).toHaveLength(1);
  await twoDaysPass(id);
  await housekeep(ledger.ctx);
  expect([await namesOf(id), await objectsOf(id), await completedOf(id)]).toEqual([[], [], 0]);
  expect(await ledger.violations()).toEqual([]);
});

test("defect 54: after a crash between the two phases, the sweep removes the objects", async () => {
  const id = await halfFailed();
  const { store } = ledger.ctx;
  const broken = { ...store, remove: () => Promise.reject(new Error("the process is killed")) };
  expect(await removeExpired({ ...ledger.ctx, store: broken })).toBe(0);
  expect(await namesOf(id)).toEqual([]);
  expect(await objectsOf(id)).toHaveLength(1);
  await housekeep(ledger.ctx);
  expect(await objectsOf(id)).toEqual([]);
  const rows = await ledger.ctx.db.query("SELECT FROM results WHERE request_id = $1", [id]);
  expect(rows).toEqual([]);
});
