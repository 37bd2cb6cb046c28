// Random tables that pyarrow, pandas and Python write as Parquet, CSV and JSON, read by a started
// service and read back by pyarrow, value by value. FILES_TABLES=20000 takes more; FILES_SEED
// repeats a run; one that differs is made as small as it can be.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Submit } from "../../src/client/client.ts";
import { transform } from "../../src/operations/transform/index.ts";
import { testTask, testTaskContext } from "../operations/task-context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openReader, type ResultReader } from "./reader.ts";
import { type Ended, type FilesService, startFilesService, transformStep } from "./service.ts";
import { differenceOf } from "./tables/difference.ts";
import { smallest } from "./tables/smallest.ts";
import { openTableMaker, type Table, type TableMaker } from "./tables/table.ts";

const folder = temporaryFolder("tables");
const seed = process.env.FILES_SEED ?? String(Date.now());
const total = Number(process.env.FILES_TABLES ?? 500);
const batch = 100;
let maker: TableMaker;
let reader: ResultReader;
let files: FilesService;

beforeAll(async () => {
  maker = await openTableMaker();
  reader = await openReader();
  files = await startFilesService({ INPUT_ROOTS: folder });
  for (const concurrency of [1, 1]) files.addWorker(concurrency);
});
afterAll(async () => {
  await files?.close();
  maker?.close();
  reader?.close();
  rmSync(folder, { recursive: true, force: true });
});

const batches = Array.from({ length: Math.ceil(total / batch) }, (_, index) => index);

test.each(batches)(`seed ${seed}, tables from %i00`, async (index) => {
  const tables: Table[] = [];
  for (let at = index * batch; at < Math.min(total, (index + 1) * batch); at += 1)
    tables.push(await maker.make(`${seed} ${at}`, join(folder, String(at))));
  const differing: string[] = [];
  for (const [table, difference] of await differencesOf(tables))
    differing.push(await told(table, difference));
  rmSync(join(folder, "result"), { force: true });
  for (const { path } of tables) rmSync(join(path, ".."), { recursive: true });
  expect(differing).toEqual([]);
});

/** Tables that are read with the same settings are one request. */
async function differencesOf(tables: Table[]): Promise<[Table, string][]> {
  const groups = new Map<string, Table[]>();
  for (const table of tables) {
    const key = JSON.stringify(table.read);
    groups.set(key, [...(groups.get(key) ?? []), table]);
  }
  const bodies = [...groups.values()].map(
    (group): Submit => ({
      dataset: { files: group.map(({ path }) => path) },
      steps: [transformStep(stepOf(group[0]))],
    }),
  );
  const ended = await files.ended(await files.submit(bodies));
  const found: [Table, string][] = [];
  for (const [index, group] of [...groups.values()].entries())
    for (const [place, table] of group.entries()) {
      const difference = await differenceIn(table, ended[index], place);
      if (difference) found.push([table, difference]);
    }
  return found;
}

function stepOf(table: Table | undefined) {
  return { selection: "select * from input", read: table?.read ?? {} };
}

async function differenceIn(
  table: Table,
  request: Ended | undefined,
  place: number,
): Promise<string | undefined> {
  const file = request?.files[place];
  if (!request || file?.state !== "done") return `${file?.error?.class}: ${file?.error?.message}`;
  const path = join(folder, "result");
  writeFileSync(path, await request.result(file.file));
  return differenceOf(table, await reader.rows(path, "parquet"));
}

/** The smallest part of the table that differs by the same operation without a service. */
async function told(table: Table, difference: string): Promise<string> {
  const whole = { columns: table.names, rows: Array.from({ length: table.count }, (_, at) => at) };
  const inner = join(folder, "smaller");
  const least = await smallest(whole, async (kept) => {
    const made = await maker.make(table.seed, inner, kept);
    return (await differenceHere(made)) !== undefined;
  });
  const made = await maker.make(table.seed, inner, least);
  const here = (await differenceHere(made)) ?? difference;
  const content = made.path.endsWith(".parquet") ? made.rows : readFileSync(made.path).toString();
  rmSync(inner, { recursive: true });
  return [
    `FILES_SEED=${JSON.stringify(seed)}, table ${JSON.stringify(table.seed)}: ${here}`,
    `${JSON.stringify(made.read)} ${basename(made.path)} ${JSON.stringify(content).slice(0, 2000)}`,
  ].join("\n");
}

async function differenceHere(table: Table): Promise<string | undefined> {
  const settings = transform.settings.parse(stepOf(table));
  const outcome = await transform.perform(
    testTask(settings, [table.path]),
    testTaskContext(folder),
  );
  if ("error" in outcome) return `${outcome.error.class}: ${outcome.error.message}`;
  const path = join(folder, "uploads", "1-1-1-out.parquet");
  return differenceOf(table, await reader.rows(path, "parquet"));
}
