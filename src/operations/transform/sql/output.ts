// What a result's columns become in its file. A value is kept, or the file fails with a sentence;
// none is rounded or cut.
import type { DuckDBConnection, DuckDBType } from "@duckdb/node-api";
import type { Output } from "../job.ts";
import { identifier, quoted } from "./duckdb.ts";
import { guardsOf } from "./output-guards.ts";
import { outputType } from "./output-types.ts";

type How = Omit<Output, "path">;

/** A column that no file of this format can hold. */
export class OutputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "OutputError";
  }
}

/** A SELECT over the view `selected`, with each column as it is to be written. */
export async function outputSelect(connection: DuckDBConnection, how: How): Promise<string> {
  const prepared = await connection.prepare("SELECT * FROM temp.selected");
  const columns = Array.from({ length: prepared.columnCount }, (_, index) =>
    columnSql(prepared.columnName(index), prepared.columnType(index), how),
  );
  return `SELECT ${columns.join(", ")} FROM temp.selected`;
}

function columnSql(name: string, type: DuckDBType, how: How): string {
  const column = identifier(name);
  const written = outputType(type, how);
  if ("problem" in written)
    throw new OutputError(`The column ${JSON.stringify(name)} ${written.problem}`);
  const value = written.cast ? `CAST(${column} AS ${written.cast})` : column;
  const guards = guardsOf(column, type, how).map(
    ({ when, sentence }) =>
      `WHEN ${when} THEN error(${quoted(`The column ${JSON.stringify(name)} holds `)} || ` +
      `${column}::VARCHAR || ${quoted(sentence)})`,
  );
  if (guards.length === 0) return written.cast ? `${value} AS ${column}` : column;
  return `CASE ${guards.join(" ")} ELSE ${value} END AS ${column}`;
}
