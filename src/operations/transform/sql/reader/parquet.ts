import type { DuckDBConnection } from "@duckdb/node-api";
import type { ReadAs } from "../../read-settings.ts";
import { quoted } from "../duckdb.ts";
import type { QueryInput } from "../messages.ts";
import { ReadError, shownValue } from "./read-error.ts";

/** A Parquet file has types of its own; what DuckDB would read as another value is refused. */
export async function openParquet(
  connection: DuckDBConnection,
  input: QueryInput,
): Promise<{ select: string; readAs: ReadAs }> {
  await assertListsFit(connection, input.path);
  await assertDecimalsFit(connection, input.path);
  if (input.read.nanoseconds !== "cut") await assertTimesFit(connection, input.path);
  const select = `SELECT * FROM read_parquet(${quoted(input.path)}, hive_partitioning = false)`;
  const described = await connection.runAndReadAll(`DESCRIBE ${select}`);
  const rows = described.getRows();
  return {
    select,
    readAs: {
      format: "parquet",
      columns: rows.map((row) => String(row[0])),
      types: rows.map((row) => String(row[1])),
    },
  };
}

/** Each further level doubles the time of a row: 20 take 0.3 seconds, 28 more than a minute. */
const deepestLists = 20;

async function assertListsFit(connection: DuckDBConnection, path: string): Promise<void> {
  const schema = await connection.runAndReadAll(
    `SELECT name, num_children, repetition_type = 'REPEATED' FROM parquet_schema(${quoted(path)})`,
  );
  // Each element comes before its children
  const parents: { open: number; lists: number; column: string }[] = [];
  for (const [name, children, isList] of schema.getRows()) {
    while (parents.at(-1)?.open === 0) parents.pop();
    const parent = parents.at(-1);
    if (parent) parent.open -= 1;
    const lists = (parent?.lists ?? 0) + (isList === true ? 1 : 0);
    const column = parents.length === 1 ? String(name) : (parent?.column ?? "");
    if (lists > deepestLists)
      throw new ReadError(
        `the column ${shownValue(column)} has more than ${deepestLists} lists within each other, and at most ${deepestLists} are read: write it with fewer levels or as text.`,
      );
    parents.push({ open: Number(children ?? 0), lists, column });
  }
}

/** DuckDB has 38 digits, and reads 1.5 of a decimal(40,1) as 1.08e17. */
async function assertDecimalsFit(connection: DuckDBConnection, path: string): Promise<void> {
  const wide = await connection.runAndReadAll(
    `SELECT name, precision, scale FROM parquet_schema(${quoted(path)}) WHERE precision > ` +
      "38 LIMIT 1",
  );
  const [name, precision, scale] = wide.getRows()[0] ?? [];
  if (name === undefined) return;
  throw new ReadError(
    `the column ${shownValue(String(name))} is a decimal of ${precision} digits (scale ` +
      `${scale}), and at most 38 can be read: write it with fewer digits or as text.`,
  );
}

/** DuckDB drops the last three digits of these, and does not tell whether they were zero. */
async function assertTimesFit(connection: DuckDBConnection, path: string): Promise<void> {
  const cut = await connection.runAndReadAll(
    `SELECT name FROM parquet_schema(${quoted(path)})
     WHERE type = 'INT96'
       OR regexp_matches(logical_type, 'isAdjustedToUTC=1.*NANOS=NanoSeconds') LIMIT 1`,
  );
  const [name] = cut.getRows()[0] ?? [];
  if (name === undefined) return;
  throw new ReadError(
    `the column ${shownValue(String(name))} has times with nanoseconds, and only ` +
      `microseconds of it can be read: write it without a zone, or say "read": ` +
      `{"nanoseconds": "cut"} in the step if these digits do not count.`,
  );
}
