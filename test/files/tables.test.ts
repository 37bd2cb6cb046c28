// Random tables, written by pyarrow, read by the operation and read back by pyarrow, value by
// value. FILES_TABLES=20000 takes more, FILES_SEED repeats a run.
import { execFile } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { transform } from "../../src/operations/transform/index.ts";
import { venv } from "../clients/venv.ts";
import { testTask, testTaskContext } from "../operations/task-context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openReader, type ResultReader } from "./reader.ts";

const run = promisify(execFile);
const folder = temporaryFolder("tables");
const seed = process.env.FILES_SEED ?? String(Date.now());
const total = Number(process.env.FILES_TABLES ?? 500);
const batch = 25;
let python: string;
let reader: ResultReader;

interface Table {
  path: string;
  columns: string[];
  rows: unknown[][];
}

beforeAll(async () => {
  python = await venv("files", ["pyarrow==26.0.1", "pandas==3.1.1"]);
  reader = openReader(python);
});
afterAll(() => {
  reader.close();
  rmSync(folder, { recursive: true, force: true });
});

const batches = Array.from({ length: Math.ceil(total / batch) }, (_, index) => index);

test.each(batches)(`seed ${seed}, tables of batch %i`, async (index) => {
  const inner = join(folder, String(index));
  mkdirSync(inner);
  const script = fileURLToPath(new URL("tables.py", import.meta.url));
  const count = Math.min(batch, total - index * batch);
  const { stdout } = await run(python, [script, `${seed}-${index}`, String(count), inner], {
    maxBuffer: 1 << 29,
  });
  const differing: string[] = [];
  for (const line of stdout.trim().split("\n")) {
    const wrong = await differenceIn(JSON.parse(line));
    if (wrong) differing.push(wrong);
  }
  rmSync(inner, { recursive: true });
  expect(differing).toEqual([]);
});

/** The smallest thing to tell of a table that came out differently: one column and one row. */
async function differenceIn({ path, columns, rows }: Table): Promise<string | undefined> {
  const settings = transform.settings.parse({ selection: "select * from input" });
  const outcome = await transform.perform(testTask(settings, [path]), testTaskContext(folder));
  if ("error" in outcome) return `${path}: ${outcome.error.message}`;
  const found = await reader.rows(join(folder, "uploads", "1-1-1-out.parquet"), "parquet");
  if (found.length !== rows.length) return `${path}: ${found.length} rows, not ${rows.length}`;
  for (const [at, row] of rows.entries())
    for (const [place, value] of row.entries())
      if (!isSame(value, found[at]?.[place], path.endsWith(".csv")))
        return (
          `${path}, ${columns[place]}, row ${at}: ${JSON.stringify(found[at]?.[place])}, not ` +
          `${JSON.stringify(value)}`
        );
  return undefined;
}

function isSame(expected: unknown, found: unknown, csv: boolean): boolean {
  if (typeof expected === "object" && expected !== null) {
    if ("integer" in expected) return String(found).replace(/\.0$/, "") === expected.integer;
    if ("decimal" in expected) return String(found) === expected.decimal;
    if ("number" in expected) return Object.is(Number(found), Number(expected.number));
  }
  if (expected === found) return true;
  // A CSV has no types: text that is a number or a time through a whole column is read as one
  return csv && typeof expected === "string" && isSameText(expected, found);
}

function isSameText(expected: string, found: unknown): boolean {
  if (found === null) return expected === "";
  if (typeof found === "boolean") return expected === String(found);
  return (
    (expected.trim() !== "" && Number(expected) === Number(found)) ||
    withoutMidnight(expected) === withoutMidnight(String(found))
  );
}

function withoutMidnight(text: string): string {
  return text.replace(/ 00:00:00$/, "");
}
