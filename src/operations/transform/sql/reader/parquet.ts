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

/** DuckDB has 38 digits, and reads 1.5 of a decimal(40,1) as 1.08e17. */
async function assertDecimalsFit(connection: DuckDBConnection, path: string): Promise<void> {
  const wide = await connection.runAndReadAll(
    `SELECT name, precision, scale FROM parquet_schema(${quoted(path)}) WHERE precision > 38 LIMIT 1`,
  );
  const [name, precision, scale] = wide.getRows()[0] ?? [];
  if (name === undefined) return;
  throw new ReadError(
    `the column ${shownValue(String(name))} is a decimal of ${precision} digits (scale ${scale}), and at most 38 can be read: write it with fewer digits or as text.`,
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
    `the column ${shownValue(String(name))} has times with nanoseconds, and only microseconds of it can be read: write it without a zone, or say "read": {"nanoseconds": "cut"} in the step if these digits do not count.`,
  );
}
