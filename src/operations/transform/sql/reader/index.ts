import type { DuckDBConnection } from "@duckdb/node-api";
import type { HiveColumn } from "../../hive-columns.ts";
import type { ReadAs } from "../../read-settings.ts";
import { identifier, quoted } from "../duckdb.ts";
import type { QueryInput } from "../messages.ts";
import { openCsv } from "./csv.ts";
import { openJson } from "./json.ts";
import { openParquet } from "./parquet.ts";
import { ReadError, shownValue } from "./read-error.ts";

const readers = { parquet: openParquet, csv: openCsv, json: openJson };
const mostListed = 1_000;

/** Makes the table `input` of the file, and tells what was understood of it. */
export async function openInput(connection: DuckDBConnection, input: QueryInput): Promise<ReadAs> {
  const { select, readAs } = await readers[input.format](connection, input);
  const folders = input.hiveColumns ?? [];
  assertNamesDiffer(readAs.columns, folders);
  const added = folders.map(
    ([name, value]) =>
      `CAST(${value === null ? "NULL" : quoted(value)} AS VARCHAR) AS ${identifier(name)}`,
  );
  await connection.run(
    added.length === 0
      ? `CREATE VIEW input AS ${select}`
      : `CREATE VIEW input AS SELECT *, ${added.join(", ")} FROM (${select})`,
  );
  return shortened({
    ...readAs,
    columns: [...readAs.columns, ...folders.map(([name]) => name)],
    types: [...readAs.types, ...folders.map(() => "VARCHAR")],
  });
}

/** Of two columns with one name, a query would get either. */
function assertNamesDiffer(columns: readonly string[], folders: readonly HiveColumn[]): void {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  for (const [name] of folders) {
    if (taken.has(name.toLowerCase()))
      throw new ReadError(
        `the folder ${shownValue(`${name}=…`)} of its path would be a second column ${shownValue(name)}: set read.hive_columns to false.`,
      );
    taken.add(name.toLowerCase());
  }
}

/** Reports are bounded. */
function shortened(readAs: ReadAs): ReadAs {
  const more = readAs.columns.length - mostListed;
  if (more <= 0) return readAs;
  return {
    ...readAs,
    columns: readAs.columns.slice(0, mostListed),
    types: readAs.types.slice(0, mostListed),
    more_columns: more,
  };
}
