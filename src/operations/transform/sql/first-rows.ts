import {
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValueConverter,
  type Json,
  JsonDuckDBValueConverter,
} from "@duckdb/node-api";
import type { FirstRows } from "../../contract.ts";
import { OutputError } from "./output.ts";

/** Of an answer: a value may have many megabytes. */
const mostCharacters = 1_000_000;
/** An ENUM's type lists its values. */
const longestType = 500;

/** The first rows of the view `written`, in the order in which they would be written. */
export async function readFirstRows(
  connection: DuckDBConnection,
  most: number,
): Promise<FirstRows> {
  const reader = await connection.streamAndReadUntil(
    `FROM temp.written LIMIT ${most + 1}`,
    most + 1,
  );
  const columns = reader.columnNames().map((name, index) => ({
    name,
    type: typeText(reader.columnType(index)),
  }));
  if (JSON.stringify(columns).length > mostCharacters)
    throw new OutputError(
      `The result has ${columns.length} columns, whose names and types are too long to be shown.`,
    );
  const all = reader.convertRows(exactJson);
  const { rows, notes } = fitting(all.slice(0, most));
  return { columns, rows, more: rows.length < all.length, notes };
}

/** 64-bit integers, decimals and times are text, and so are NaN, Infinity and -0.0. */
const exactJson: DuckDBValueConverter<Json> = (value, type, converter) =>
  Object.is(value, -0) ? "-0.0" : JsonDuckDBValueConverter(value, type, converter);

function typeText(type: DuckDBType): string {
  const text = type.alias ?? type.toString();
  return text.length > longestType ? `${text.slice(0, longestType)}…` : text;
}

/** As many rows as an answer holds; no value is cut. */
function fitting(all: unknown[][]): Pick<FirstRows, "rows" | "notes"> {
  let left = mostCharacters;
  const end = all.findIndex((row) => {
    left -= JSON.stringify(row).length;
    return left < 0;
  });
  if (end === -1) return { rows: all, notes: [] };
  const shown = end === 0 ? "no row is" : `only the first ${end} rows are`;
  return {
    rows: all.slice(0, end),
    notes: [`The rows are so large that ${shown} shown: together at most 1 MB is.`],
  };
}
