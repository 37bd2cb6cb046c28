import type { DuckDBConnection } from "@duckdb/node-api";
import { mostShown, ReadError, shownValue } from "./read-error.ts";
import { misfitSql } from "./text-cast.ts";

interface TypedColumn {
  /** the column of the source that holds the text */
  text: string;
  name: string;
  type: string;
}

/**
 * Every value of a column whose type its user has set must fit that type; tells the first ones that
 * do not.
 */
export async function assertTypesFit(
  connection: DuckDBConnection,
  source: string,
  columns: readonly TypedColumn[],
  placeOf: (row: number) => string | Promise<string>,
): Promise<void> {
  if (columns.length === 0) return;
  const counts = columns.map(({ text, type }) => `count_if(${misfitSql(text, type)})`);
  const result = await connection.runAndReadAll(`SELECT ${counts.join(", ")} FROM ${source}`);
  const found = (result.getRows()[0] ?? []).map(Number);
  const total = found.reduce((sum, count) => sum + count, 0);
  if (total === 0) return;
  const shown: string[] = [];
  for (const [index, column] of columns.entries()) {
    if (!found[index] || shown.length >= mostShown) continue;
    shown.push(...(await misfitsOf(connection, source, column, placeOf)));
  }
  const more = total > mostShown ? `, and ${total - mostShown} more` : "";
  throw new ReadError(
    `${total === 1 ? "a value does" : `${total} values do`} not fit: ` +
      `${shown.slice(0, mostShown).join("; ")}${more}.`,
  );
}

async function misfitsOf(
  connection: DuckDBConnection,
  source: string,
  { text, name, type }: TypedColumn,
  placeOf: (row: number) => string | Promise<string>,
): Promise<string[]> {
  const result = await connection.runAndReadAll(
    `SELECT row, value FROM (SELECT row_number() OVER () AS row, ${text} AS value FROM ${source})
     WHERE ${misfitSql("value", type)} LIMIT ${mostShown}`,
  );
  const sentences: string[] = [];
  for (const [row, value] of result.getRows())
    sentences.push(
      `${await placeOf(Number(row))}, column ${shownValue(name)}: ` +
        `${shownValue(String(value))} is not ${type}`,
    );
  return sentences;
}
