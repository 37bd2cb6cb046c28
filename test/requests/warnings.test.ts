// What a user should know of a request whose files were understood differently.

import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { readFile } from "../../src/requests/read/files.ts";
import { warningsOf } from "../../src/requests/read/warnings.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

const csv = (columns: string[], types: string[], more = {}) => ({
  format: "csv",
  columns,
  types,
  delimiter: ",",
  header: true,
  encoding: "utf-8",
  ...more,
});

async function done(task: Task, readAs: Record<string, unknown>): Promise<void> {
  const name = `${task.file}-${task.attempt}.parquet`;
  await ledger.ctx.store.put(task.request, name, Buffer.from("x"));
  const results = [{ name, size: 1, read_as: readAs }];
  expect(await ledger.report(task, "success", { results })).toBe("recorded");
}

async function ended(files: Record<string, unknown>[]) {
  const id = await ledger.submit(files.length);
  const tasks = await ledger.claim(files.length, { request: id });
  for (const [index, task] of tasks.entries()) await done(task, files[index] ?? {});
  await ledger.ended(id);
  return { id, tasks, warnings: await warningsOf(ledger.ctx, id) };
}

test("files that were read alike make no warning, and each tells how it was read", async () => {
  const same = csv(["a"], ["BIGINT"]);
  const { id, tasks, warnings } = await ended([same, same, same]);
  expect(warnings).toEqual([]);
  const file = await readFile(ledger.ctx, id, tasks[1]?.file ?? 0, local);
  expect(file.results).toEqual([
    {
      step: 1,
      attempt: 1,
      name: expect.any(String),
      size: 1,
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      read_as: same,
    },
  ]);
});

test("a column of two types is reported with the files that differ", async () => {
  const whole = csv(["a", "b"], ["BIGINT", "VARCHAR"]);
  const { tasks, warnings } = await ended([
    whole,
    csv(["a", "b"], ["DOUBLE", "VARCHAR"]),
    whole,
    whole,
  ]);
  expect(warnings).toEqual([
    {
      code: "types_differ",
      message: 'Column "a" is BIGINT in 3 files and DOUBLE in 1.',
      count: 1,
      files: [tasks[1]?.file],
    },
  ]);
});

test("at most five files are named, of any number", async () => {
  const whole = csv(["a"], ["BIGINT"]);
  const text = csv(["a"], ["VARCHAR"]);
  const { warnings } = await ended([
    ...Array.from({ length: 9 }, () => whole),
    ...Array.from({ length: 7 }, () => text),
  ]);
  expect(warnings).toMatchObject([{ code: "types_differ", count: 7 }]);
  expect(warnings[0]?.files).toHaveLength(5);
});

test("columns that some files lack and other delimiters are reported", async () => {
  const whole = csv(["a", "b"], ["BIGINT", "BIGINT"]);
  const { warnings } = await ended([whole, whole, csv(["a"], ["BIGINT"], { delimiter: ";" })]);
  expect(warnings.map(({ code, message }) => [code, message])).toEqual([
    ["columns_differ", 'Column "b" is not in 1 file.'],
    ["read_differently", 'The delimiter is "," in 2 files and ";" in 1.'],
  ]);
});
