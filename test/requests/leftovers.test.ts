import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { cleanUp } from "../../src/requests/advance/end.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { listResults } from "../../src/requests/read/results.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { RESULT_TTL_DAYS: "1" } });
});
afterAll(() => ledger.close());

const settings = { generator: "sql", selection: "select 1 from input", format: "parquet" };
const step = { operation: "transform", settings };

async function submitFiles(files: string[], steps = 1): Promise<string> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files },
    steps: Array.from({ length: steps }, () => step),
  });
  return request.id;
}

/** Uploads and reports as a worker does; the name of the object is the task's. */
async function perform(task: Task): Promise<string> {
  const name = task.upload?.name ?? "";
  await ledger.ctx.store.put(task.request, name, Buffer.from("12345"));
  expect(await ledger.report(task, "success", { results: [{ name, size: 5 }] })).toBe("recorded");
  return name;
}

const names = async (id: string) => (await ledger.ctx.store.list(id)).map((object) => object.name);

test("two files of one name make two results, and what the first step made goes when its file is done", async () => {
  const id = await submitFiles(["/a/same.csv", "/b/same.csv"], 2);
  const first = await ledger.claim(2, { request: id });
  for (const task of first) await perform(task);
  const second: Task[] = [];
  await until(
    async () => second.push(...(await ledger.claim(2 - second.length, { request: id }))) === 2,
  );
  expect(second.every((task) => task.inputs.length === 1)).toBe(true);
  const made = await Promise.all(second.map(perform));
  await ledger.ended(id);
  await until(async () => (await names(id)).length === 2);
  expect((await names(id)).sort()).toEqual(made.sort());
  const { items, next } = await listResults(ledger.ctx, id, local, { limit: 10 });
  expect(items.map((item) => item.name).sort()).toEqual(made.sort());
  expect((await listResults(ledger.ctx, id, local, { after: next, limit: 10 })).items).toEqual([]);
  expect(await ledger.violations()).toEqual([]);
});

test("a success whose object is missing, or has another size, is refused and the file goes on", async () => {
  const id = await submitFiles(["/a/x.csv"]);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  const name = task.upload?.name ?? "";
  expect(await ledger.report(task, "success", { results: [{ name, size: 5 }] })).toMatch(
    /^refused: .*no object/,
  );
  await ledger.ctx.store.put(id, name, Buffer.from("123"));
  expect(await ledger.report(task, "success", { results: [{ name, size: 5 }] })).toMatch(
    /^refused: .*3 bytes/,
  );
  expect((await ledger.read(id)).counters).toMatchObject({ running: 1, done: 0 });
  await ledger.ctx.store.remove(id, [name]);
  await perform(task);
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1 });
});

test("a result with a name that the store does not take refuses its report alone", async () => {
  const id = await submitFiles(["/a/1.csv", "/a/2.csv", "/a/3.csv"]);
  const tasks = await ledger.claim(3, { request: id });
  for (const { upload } of tasks)
    await ledger.ctx.store.put(id, upload?.name ?? "", Buffer.from("12345"));
  const answers = await report(
    ledger.ctx,
    local,
    "w",
    tasks.map(({ request, file, step, attempt, upload }, index) => ({
      request,
      file,
      step,
      attempt,
      status: "success",
      results: [{ name: index === 1 ? "../2.csv" : (upload?.name ?? ""), size: 5 }],
    })),
  );
  expect(answers).toEqual([
    "recorded",
    expect.stringMatching(/^refused: "\.\.\/2\.csv" is not an object name: it has a part/),
    "recorded",
  ]);
  const [, refused] = tasks as [Task, Task];
  const results = [{ name: refused.upload?.name ?? "", size: 5 }];
  expect(await ledger.report(refused, "success", { results })).toBe("recorded");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 3 });
});

test("an object that a losing attempt left is removed after the end, and results older than their time with their rows", async () => {
  const id = await submitFiles(["/a/y.csv"]);
  const [lost] = (await ledger.claim(1, { request: id })) as [Task];
  await ledger.ctx.store.put(id, lost.upload?.name ?? "", Buffer.from("12345"));
  await ledger.ctx.db.query(
    "UPDATE request_files SET lease_until = now() - interval '1 second' WHERE request_id = $1",
    [id],
  );
  const [again] = (await ledger.claim(1, { request: id })) as [Task];
  const kept = await perform(again);
  await ledger.ended(id);
  await cleanUp(ledger.ctx, id);
  expect(await names(id)).toEqual([kept]);

  await ledger.ctx.db.query(
    "UPDATE requests SET finished_at = now() - interval '2 days' WHERE id = $1",
    [id],
  );
  await housekeep(ledger.ctx);
  expect(await names(id)).toEqual([]);
  expect((await listResults(ledger.ctx, id, local, { limit: 10 })).items).toEqual([]);
  expect(await ledger.read(id)).toMatchObject({ state: "complete", counters: { done: 1 } });
  expect(await ledger.violations()).toEqual([]);
});

test("a deleted request leaves neither rows nor objects; an open one is refused", async () => {
  const id = await submitFiles(["/a/z.csv"]);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  await expect(deleteRequest(ledger.ctx, id, local)).rejects.toMatchObject({
    status: 409,
    message: "The request is running; cancel it first, then delete it.",
  });
  await perform(task);
  await ledger.ended(id);
  await deleteRequest(ledger.ctx, id, local);
  await expect(ledger.read(id)).rejects.toMatchObject({ status: 404 });
  expect(await ledger.ctx.store.buckets()).not.toContain(id);
  const [left] = await ledger.ctx.db.query<{ n: number }>(
    "SELECT count(*) AS n FROM file_status WHERE request_id = $1",
    [id],
  );
  expect(left?.n).toBe(0);
  expect(await ledger.violations()).toEqual([]);
});

test("a bucket that a late upload made again after the deletion is swept; those of others stay", async () => {
  const [deleted, open, foreign] = [
    await submitFiles(["/a/1.csv"]),
    await submitFiles(["/a/2.csv"]),
    randomUUID(),
  ];
  const [task] = (await ledger.claim(1, { request: deleted })) as [Task];
  await perform(task);
  await ledger.ended(deleted);
  await deleteRequest(ledger.ctx, deleted, local);
  for (const bucket of [deleted, open, foreign])
    await ledger.ctx.store.put(bucket, "late", Buffer.from("x"));
  await housekeep(ledger.ctx);
  const buckets = await ledger.ctx.store.buckets();
  expect(buckets).not.toContain(deleted);
  expect(buckets).toEqual(expect.arrayContaining([open, foreign]));
});
