import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { advance } from "../../src/requests/advance/advance.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";
import { wholeRun } from "../support/whole-run.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

const step = {
  operation: "transform",
  settings: { generator: "sql", selection: "select temp from input", format: "csv" },
};

async function submitted(files: number, steps = [step]): Promise<string> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: {
      files: Array.from({ length: files }, (_, n) => `https://data.example/${n}.parquet`),
    },
    steps,
  });
  return request.id;
}

const sentence =
  'Binder Error: Referenced column "temp" not found in FROM clause!\n\nLINE 1: select temp ' +
  "from input";
const fail = (task: Task, errorClass: string, message = sentence, content?: string) =>
  ledger.report(task, "failure", {
    error: { class: errorClass, message, ...(content && { content }) },
  });

test("a wrong column that three files report ends the request with DuckDB's sentence, before thousands fail alike", async () => {
  const id = await submitted(3000);
  // Files that are not registered when a request fails are not counted.
  await until(async () => (await ledger.read(id)).counters.total === 3000);
  const [unreadable, ...readable] = await ledger.claim(4, { request: id });
  if (unreadable) await fail(unreadable, "bad_input", "0.parquet is no Parquet file");
  for (const task of readable) await fail(task, "bad_query");
  const ended = await ledger.ended(id);
  expect(ended).toMatchObject({
    state: "failed",
    reason: sentence,
    counters: { total: 3000, failed: 3000 },
  });
  const [groups] = await ledger.ctx.db.query(
    "SELECT count(*) FILTER (WHERE class = 'bad_query') AS met, count(*) AS all FROM " +
      "error_groups WHERE request_id = $1",
    [id],
  );
  expect(groups).toEqual({ met: 1, all: 3 });
});

test("one odd file fails alone, and so do two, and three that report different errors", async () => {
  const id = await submitted(4);
  const [first, second, third, last] = (await ledger.claim(4, { request: id })) as Task[];
  if (!first || !second || !third || !last) throw new Error("four tasks were expected");
  await fail(first, "bad_query");
  await fail(second, "bad_query");
  await fail(third, "bad_query", "Parser Error: of another kind");
  await advance(ledger.ctx, id, wholeRun);
  expect(await ledger.read(id)).toMatchObject({ state: "running", reason: null });
  await ledger.report(last, "success", { results: [await stored(last)] });
  expect(await ledger.ended(id)).toMatchObject({
    state: "complete",
    counters: { done: 1, failed: 3 },
  });
});

test("the same content under three names counts once", async () => {
  const id = await submitted(4);
  await ledger.ctx.db.query(`UPDATE files SET checksum = 'same' WHERE dataset_id = $1`, [
    (await ledger.read(id)).dataset.id,
  ]);
  const tasks = await ledger.claim(4, { request: id });
  for (const task of tasks.slice(0, 3)) await fail(task, "bad_query");
  await advance(ledger.ctx, id, wholeRun);
  expect(await ledger.read(id)).toMatchObject({ state: "running", reason: null });
  for (const task of tasks.slice(3)) await fail(task, "bad_query");
  // All contents there are, though they are fewer than three
  expect(await ledger.ended(id)).toMatchObject({ state: "failed", reason: sentence });
});

test("so does content that only the workers know to be the same", async () => {
  const id = await submitted(5);
  const [first, second, third, ...others] = await ledger.claim(5, { request: id });
  for (const task of [first, second, third])
    if (task) await fail(task, "bad_query", sentence, "digest of the same bytes");
  await advance(ledger.ctx, id, wholeRun);
  expect(await ledger.read(id)).toMatchObject({ state: "running", reason: null });
  for (const [index, task] of others.entries())
    await fail(task, "bad_query", sentence, `digest ${index}`);
  expect(await ledger.ended(id)).toMatchObject({ state: "failed", reason: sentence });
});

test("the order in which files are reported decides nothing", async () => {
  const ends: string[] = [];
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
  ]) {
    const id = await submitted(4);
    const tasks = await ledger.claim(4, { request: id });
    for (const index of order) {
      const task = tasks[index];
      if (!task) throw new Error("four tasks were expected");
      if (index === 1) await ledger.report(task, "success", { results: [await stored(task)] });
      else await fail(task, "bad_query");
      await advance(ledger.ctx, id, wholeRun);
    }
    const { state, counters } = await ledger.ended(id);
    ends.push(`${state} ${counters.done} ${counters.failed}`);
  }
  expect(ends).toEqual(["complete 1 3", "complete 1 3", "complete 1 3"]);
});

test("a request of one file ends failed as well", async () => {
  const id = await submitted(1);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  await fail(task, "bad_query");
  expect(await ledger.ended(id)).toMatchObject({ state: "failed", reason: sentence });
});

test("once a file is done in that step, a file of another shape fails alone", async () => {
  const id = await submitted(2);
  const [good, odd] = (await ledger.claim(2, { request: id })) as [Task, Task];
  await ledger.report(good, "success", { results: [await stored(good)] });
  await fail(odd, "bad_query");
  expect(await ledger.ended(id)).toMatchObject({
    state: "complete",
    counters: { done: 1, failed: 1 },
  });
});

test("what condemned one round does not condemn the next", async () => {
  const id = await submitted(5);
  for (const task of await ledger.claim(3, { request: id })) await fail(task, "bad_query");
  await ledger.ended(id);
  await redrive(ledger.ctx, id, local, { errors: ["ended-failed"] });
  const tasks = await ledger.claim(2, { request: id });
  for (const task of tasks) await ledger.report(task, "success", { results: [await stored(task)] });
  expect(await ledger.ended(id)).toMatchObject({
    state: "complete",
    round: 2,
    counters: { done: 2, failed: 3 },
  });
});

async function stored(task: Task): Promise<{ name: string; size: number }> {
  const name = task.upload?.name ?? "";
  const { size } = await ledger.ctx.store.put(task.request, name, Buffer.from("temp\n1\n"));
  return { name, size };
}
