// What was understood of a file at every step is kept as long as its request.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { cleanUp } from "../../src/requests/advance/end.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { readFile } from "../../src/requests/read/files.ts";
import { warningsOf } from "../../src/requests/read/warnings.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { RESULT_TTL_DAYS: "1" } });
});
afterAll(() => ledger.close());

const settings = { generator: "sql", selection: "select 1 from input", format: "parquet" };
const csv = { format: "csv", columns: ["a"], types: ["BIGINT"], delimiter: ";" };
const text = { format: "csv", columns: ["a"], types: ["VARCHAR"], delimiter: ";" };
const parquet = { format: "parquet", columns: ["a"], types: ["BIGINT"] };

async function submitFiles(count: number, steps: number): Promise<string> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files: Array.from({ length: count }, (_, index) => `/data/${index}.csv`) },
    steps: Array.from({ length: steps }, () => ({ operation: "transform", settings })),
  });
  return request.id;
}

/** Uploads and reports as a worker does. Several results of one task may be read differently. */
async function perform(task: Task, ...readings: Record<string, unknown>[]): Promise<void> {
  const results = readings.map((reading, index) => {
    const name = `${index}-${task.upload?.name}`;
    return { name, size: 1, read_as: reading };
  });
  for (const { name } of results) await ledger.ctx.store.put(task.request, name, Buffer.from("x"));
  expect(await ledger.report(task, "success", { results })).toBe("recorded");
}

async function claimed(id: string): Promise<Task> {
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("No file was handed out.");
  return task;
}

const fail = (task: Task) =>
  ledger.report(task, "failure", { error: { class: "bad_input", message: "no" } });

/** The object of the first step is removed at the end, the results of the last one a day later. */
async function expire(id: string): Promise<void> {
  await ledger.ctx.db.query(
    `UPDATE requests SET finished_at = finished_at - interval '2 days',
       results_deleted_at = results_deleted_at - interval '2 days' WHERE id = $1`,
    [id],
  );
  await housekeep(ledger.ctx);
}

test("each step's understanding of a file outlives the step's objects and the results", async () => {
  const id = await submitFiles(1, 2);
  const first = await claimed(id);
  await perform(first, csv);
  await perform(await claimed(id), parquet);
  await ledger.ended(id);
  await cleanUp(ledger.ctx, id);
  const expected = [
    { step: 1, attempt: 1, read_as: csv },
    { step: 2, attempt: 1, read_as: parquet },
  ];
  const ended = await readFile(ledger.ctx, id, first.file, local);
  expect(ended.results).toMatchObject([{ step: 2, read_as: parquet }]);
  expect(ended.readings).toEqual(expected);

  await expire(id);
  const expired = await readFile(ledger.ctx, id, first.file, local);
  expect(expired.results).toEqual([]);
  expect(expired.readings).toEqual(expected);
  expect(await ledger.violations()).toEqual([]);
});

test("several results of one attempt are told once for each way in which the file was read", async () => {
  const id = await submitFiles(2, 1);
  const tasks = await ledger.claim(2, { request: id });
  const [mixed, plain] = tasks as [Task, Task];
  await perform(mixed, csv, text, csv);
  await perform(plain, csv, csv);
  await ledger.ended(id);
  const { readings } = await readFile(ledger.ctx, id, mixed.file, local);
  expect(readings.map((reading) => reading.read_as)).toHaveLength(2);
  expect(readings).toEqual(
    expect.arrayContaining([
      { step: 1, attempt: 1, read_as: csv },
      { step: 1, attempt: 1, read_as: text },
    ]),
  );
  expect(await warningsOf(ledger.ctx, id)).toEqual([
    {
      code: "types_differ",
      message: 'Column "a" is BIGINT in 2 files and VARCHAR in 1.',
      count: 1,
      files: [mixed.file],
    },
  ]);
});

test("a file that failed in its second step keeps what it was made of, and a redrive reads that", async () => {
  const id = await submitFiles(1, 2);
  const first = await claimed(id);
  await perform(first, csv);
  await fail(await claimed(id));
  await ledger.ended(id);
  await cleanUp(ledger.ctx, id);
  await redrive(ledger.ctx, id, local);
  const again = await claimed(id);
  expect(again).toMatchObject({ step: 2, inputs: [expect.stringContaining("0-")] });
  await perform(again, parquet);
  await ledger.ended(id);
  const { readings } = await readFile(ledger.ctx, id, first.file, local);
  expect(readings).toEqual([
    { step: 1, attempt: 1, read_as: csv },
    { step: 2, attempt: again.attempt, read_as: parquet },
  ]);
  expect(await ledger.violations()).toEqual([]);
});

test("once the results have expired, a redrive begins with the first step again", async () => {
  const id = await submitFiles(2, 2);
  const [first, other] = (await ledger.claim(2, { request: id })) as [Task, Task];
  await perform(other, text);
  await perform(await claimed(id), parquet);
  await perform(first, csv);
  await fail(await claimed(id));
  await ledger.ended(id);
  await expire(id);
  await redrive(ledger.ctx, id, local);
  const again = await claimed(id);
  expect(again).toMatchObject({ step: 1, attempt: 3, inputs: [] });
  await perform(again, csv);
  const last = await claimed(id);
  expect(last).toMatchObject({ step: 2, attempt: 3, inputs: [expect.stringContaining("0-")] });
  await perform(last, parquet);
  expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 2 } });
  const { readings } = await readFile(ledger.ctx, id, first.file, local);
  expect(readings.map(({ step, attempt }) => [step, attempt])).toEqual([
    [1, 1],
    [1, 3],
    [2, 3],
  ]);
  // The file was read twice, and counts once
  expect(await warningsOf(ledger.ctx, id)).toMatchObject([
    { code: "types_differ", message: expect.stringMatching(/ in 1 file and [A-Z]+ in 1\.$/) },
  ]);
  expect(await ledger.violations()).toEqual([]);

  // What the redrive made expires too
  await expire(id);
  const { results } = await readFile(ledger.ctx, id, first.file, local);
  expect(results).toEqual([]);
  expect(await ledger.violations()).toEqual([]);
});
