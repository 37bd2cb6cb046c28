// DuckDB reads a JSON number as an integer or DOUBLE and forgets how it was written: 1.10 becomes
// 1.1. For columns whose types its user has set, numbers are marked as text before the records are
// parsed, so that every digit is kept.
import { identifier, quoted } from "../duckdb.ts";
import { placeOf, type Source } from "./json-numbers.ts";
import { ReadError } from "./read-error.ts";

export interface JsonColumn {
  name: string;
  /** as read_json is to take it */
  raw: string;
  type: string;
  /** its user has set the type */
  given: boolean;
}

export const numberToken = "-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
export const textToken = '"(?:[^"\\\\]|\\\\.)*"';

/** A marked number as it stands in JSON; the control character cannot occur there unescaped. */
const markedToken = '"\\\\u0001([^"]*)"';

/** A record whose numbers are texts that begin with the mark. */
const marked = `replace(replace(replace(
  regexp_replace(json, '(${textToken})|(${numberToken})', '\\1' || chr(1) || '\\2' || chr(2), 'g'),
  chr(1) || chr(2), ''), chr(1), '"\\u0001'), chr(2), '"')`;

/** The numbers of a record outside of the columns that are named, as they are written. */
export function numbersOutside(names: readonly string[]): string {
  const removed = JSON.stringify(Object.fromEntries(names.map((name) => [name, null])));
  const rest = `json_merge_patch(${marked}, ${quoted(removed)})::VARCHAR`;
  return `regexp_extract_all(${rest}, '${markedToken}', 1)`;
}

/** Rows of all columns: those with a type of their user's as text, the others typed. */
export function exactRows({ records }: Source, columns: readonly JsonColumn[]): string {
  const fields = columns.map(({ name, raw, given }) =>
    given
      ? `${textSql(`given.${identifier(name)}`, raw)} AS ${identifier(name)}`
      : `found.${identifier(name)}`,
  );
  const found = columns.filter(({ given }) => !given).map(({ name, raw }) => [name, raw]);
  const given = columns.filter((column) => column.given).map(({ name }) => [name, "JSON"]);
  const parsed = [
    ...(found.length > 0 ? [`json_transform(json, ${shapeOf(found)}) AS found`] : []),
    `json_transform(${marked}, ${shapeOf(given)}) AS given`,
  ];
  return `(SELECT ${fields.join(", ")} FROM (SELECT ${parsed.join(", ")} FROM ${records}))`;
}

function shapeOf(columns: string[][]): string {
  return quoted(JSON.stringify(Object.fromEntries(columns)));
}

function textSql(value: string, raw: string): string {
  const unmarked = `regexp_replace(${value}::VARCHAR, '${markedToken}', '\\1', 'g')`;
  if (raw === "JSON")
    return `CASE json_type(${value}) WHEN 'NULL' THEN NULL ELSE ${unmarked}::JSON END`;
  return `CASE json_type(${value}) WHEN 'NULL' THEN NULL
    WHEN 'VARCHAR' THEN ltrim(${value} ->> '$', chr(1)) ELSE ${unmarked} END`;
}

/**
 * Reads every value once as DuckDB reads the whole file: `json_transform` has no errors of its own
 * and would leave out what does not fit.
 */
export async function assertReadable(source: Source, rows: string): Promise<void> {
  await source.connection.run(`SELECT count(COLUMNS(*)) FROM ${rows}`);
  const result = await source.connection.runAndReadAll(
    `SELECT row FROM (SELECT row_number() OVER () AS row, json FROM ${source.records})
     WHERE contains(json, '"\\u0001') LIMIT 1`,
  );
  const [row] = result.getRows()[0] ?? [];
  if (row === undefined) return;
  throw new ReadError(
    `${await placeOf(source, Number(row))} has a text that begins with the control character ` +
      "\\u0001, which cannot be read with read.types or read.all_text.",
  );
}
