import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskOutcome } from "../../src/operations/contract.ts";
import { transform } from "../../src/operations/transform/index.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf } from "../support/parquet.ts";
import { submitCheck, testTask, testTaskContext } from "./task-context.ts";

const folder = temporaryFolder("hive-columns");
const output = join(folder, "uploads", "1-1-1-out.parquet");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the folders of a path", () => {
  const root = join(folder, "root=1");
  const file = join(root, "year=2024", "station=A%20B", "a.csv");
  const hive = { hive_columns: true };
  beforeAll(async () => {
    mkdirSync(join(root, "year=2024", "station=A%20B"), { recursive: true });
    writeFileSync(file, "x\n1\n");
  });
  const settingsOf = (selection: string, read?: Record<string, unknown>) =>
    transform.settings.parse({ selection, ...(read && { read }) });
  const columnsOf = (outcome: TaskOutcome) =>
    "results" in outcome ? outcome.results[0]?.read_as?.columns : outcome.error.message;
  const site = () => testTaskContext(folder);

  test("are no columns by themselves, whatever the folders of the service are called", async () => {
    const settings = settingsOf("select * from input");
    const places = { ...site(), scratch: join(folder, "scratch=2", "part=3") };
    expect(columnsOf(await transform.perform(testTask(settings, [file]), places))).toEqual(["x"]);
  });

  test("are columns where the step asks for them, at the check and in the worker alike", async () => {
    const settings = settingsOf("select year, station, x from input", hive);
    await transform.check?.(settings, submitCheck(folder, [[file]]));
    const outcome = await transform.perform(testTask(settings, [file]), site());
    expect(columnsOf(outcome)).toEqual(["x", "root", "year", "station"]);
    expect(await rowsOf(`SELECT * FROM '${output}'`)).toEqual([["2024", "A%20B", "1"]]);
    const refusal = transform.check?.(
      settingsOf("select nope from input", hive),
      submitCheck(folder, [[file]]),
    );
    await expect(refusal).rejects.toThrow(/"?nope"?/);
  });

  test("are those of the path that was named, not of the object that a step before made", async () => {
    const settings = settingsOf("select * from input", hive);
    const named = "https://data.example/year%3D/year=2025/day=__HIVE_DEFAULT_PARTITION__/a.parquet";
    const task = testTask(settings, [named], { inputs: [file] });
    expect(columnsOf(await transform.perform(task, site()))).toEqual(["x", "year", "day"]);
    expect(await rowsOf(`SELECT * FROM '${output}'`)).toEqual([["1", "2025", null]]);
  });

  test("that would be a second column of one name fail the file", async () => {
    const twice = join(folder, "X=5");
    mkdirSync(twice);
    writeFileSync(join(twice, "a.csv"), "x\n1\n");
    const settings = settingsOf("select * from input", hive);
    const outcome = await transform.perform(testTask(settings, [join(twice, "a.csv")]), site());
    expect("error" in outcome && outcome.error).toMatchObject({
      class: "bad_input",
      message: expect.stringContaining('"X=…"'),
    });
  });
});
