// Odd files, read from a folder. `npm run test:files` reads the same ones over every way in and
// compares with other readers.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { TaskOutcome } from "../../src/operations/contract.ts";
import { transform } from "../../src/operations/transform/index.ts";
import type { FileCase } from "../files/case.ts";
import { cases } from "../files/cases/index.ts";
import { differenceOf } from "../files/same.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf } from "../support/parquet.ts";
import { testTask, testTaskContext } from "./task-context.ts";

const folder = temporaryFolder("files");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("no two cases have one name", () => {
  expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
});

test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
  const path = await written(one);
  const settings = transform.settings.parse({
    selection: one.selection ?? "select * from input",
    ...(one.read && { read: one.read }),
    ...one.step,
  });
  const outcome = await transform.perform(testTask(settings, [path]), testTaskContext(folder));
  if (one.fails) expectFailure(one.fails, outcome);
  else await expectRows(one, outcome);
});

function expectFailure(words: (string | RegExp)[], outcome: TaskOutcome): void {
  expect(outcome).toMatchObject({ status: "failure", error: { class: "bad_input" } });
  const message = "error" in outcome ? outcome.error.message : "";
  for (const word of words) expect(message).toMatch(word instanceof RegExp ? word : escaped(word));
}

async function expectRows(one: FileCase, outcome: TaskOutcome): Promise<void> {
  expect(outcome).toMatchObject({ status: "success" });
  const readAs = "results" in outcome ? outcome.results[0]?.read_as : undefined;
  if (one.columns) expect(readAs?.columns).toEqual(one.columns);
  if (one.types) expect(readAs?.types).toEqual(one.types);
  const rows = await rowsOf(`SELECT * FROM '${join(folder, "uploads", "1-1-1-out.parquet")}'`);
  const wrong = differenceOf(one.rows ?? [], rows, "parquet");
  if (wrong) expect.fail(`${wrong} of ${JSON.stringify(rows).slice(0, 1000)}`);
}

async function written(one: FileCase): Promise<string> {
  const inner = join(folder, "in");
  mkdirSync(inner, { recursive: true });
  const path = join(inner, one.file);
  writeFileSync(path, typeof one.bytes === "function" ? await one.bytes() : one.bytes);
  return path;
}

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
