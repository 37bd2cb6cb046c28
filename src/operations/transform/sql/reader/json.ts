import type { DuckDBConnection } from "@duckdb/node-api";
import type { ReadAs } from "../../read-settings.ts";
import { identifier, quoted } from "../duckdb.ts";
import type { QueryInput } from "../messages.ts";
import { assertNumbersHeld } from "./json-digits.ts";
import { jsonError } from "./json-error.ts";
import { assertReadable, exactRows, type JsonColumn } from "./json-exact.ts";
import { numberTypes, placeOf, type Source } from "./json-numbers.ts";
import { assertUsable, pathKey, type Structure, typeSql } from "./json-structure.ts";
import { assertTypesFit } from "./misfits.ts";
import { ReadError, shownValue } from "./read-error.ts";
import { sampleOf } from "./sample.ts";
import { castSql } from "./text-cast.ts";

/**
 * Finds keys and types in the whole file and reads it by those. Text stays text: JSON has no dates.
 */
export async function openJson(
  connection: DuckDBConnection,
  input: QueryInput,
): Promise<{ select: string; readAs: ReadAs }> {
  const { text, whole } = await sampleOf(input.path, input.gzip);
  const array = input.read.records ? input.read.records === "array" : /^\s*\[/.test(text);
  const format = array ? "array" : lines(text, whole) ? "newline_delimited" : "unstructured";
  const how = `format = '${format}', compression = '${input.gzip ? "gzip" : "uncompressed"}'`;
  const source: Source = {
    connection,
    input,
    lines: format === "newline_delimited",
    records: `read_json_objects(${quoted(input.path)}, ${how})`,
  };
  const columns = await jsonError(source, () => columnsOf(source));
  const shape = columns.map(({ name, raw }) => `${quoted(name)}: ${quoted(raw)}`).join(", ");
  // Without `records`, DuckDB guesses: a file of one column that most records lack would be read as
  // one value a record
  const read = `read_json(${quoted(input.path)}, auto_detect = false, ${how}, records = 'true',
    hive_partitioning = false, columns = {${shape}})`;
  const exact = columns.some(({ given }) => given);
  if (exact) await jsonError(source, () => assertReadable(source, read));
  const rows = exact ? exactRows(source, columns) : read;
  await assertSaidTypesFit(source, rows, columns);
  const select = columns
    .map(({ name, raw, type }) =>
      raw === type ? identifier(name) : `${castSql(identifier(name), type)} AS ${identifier(name)}`,
    )
    .join(", ");
  return {
    select: `SELECT ${select} FROM ${rows}`,
    readAs: {
      format: "json",
      columns: columns.map((column) => column.name),
      types: columns.map((column) => column.type),
      records: array ? "array" : "lines",
      encoding: input.encoding,
    },
  };
}

/** Whether the first line is a record of its own; records may also be spread over lines. */
function lines(text: string, whole: boolean): boolean {
  const first = text.split("\n").find((line) => line.trim() !== "") ?? "";
  if (!text.includes("\n") && !whole) return true;
  const plain = first.replace(/\b-?(NaN|Infinity|Inf)\b/gi, "0");
  try {
    JSON.parse(plain);
    return true;
  } catch {
    return (
      !/^\s*[[{]\s*$/.test(first) && text.trim().split("\n").length > 1 && /[}\]]\s*$/.test(first)
    );
  }
}

async function columnsOf(source: Source): Promise<JsonColumn[]> {
  const { connection, input, records } = source;
  const { types = {}, all_text } = input.read;
  const result = await connection.runAndReadAll(
    `SELECT count(*), count_if(json_type(json) <> 'OBJECT'), json_group_structure(json),
       bool_or(regexp_matches(json, '[0-9]{16}|[eE][+-]?[0-9]{3}')) FROM ${records}`,
  );
  const [count, others, structureText, longNumbers] = result.getRows()[0] ?? [];
  if (Number(count) === 0) throw new ReadError("it has no records, so it has no columns.");
  if (Number(others) > 0) throw await notRecords(source);
  const structure: Structure = JSON.parse(String(structureText));
  if (typeof structure === "string" || Array.isArray(structure))
    throw new ReadError("its records have no keys, so it has no columns.");
  const missing = Object.keys(types).filter((name) => !(name in structure));
  if (missing.length > 0)
    throw new ReadError(
      `no record has the key ${missing.map(shownValue).join(", ")}, for which read.types gives a type.`,
    );
  const free = Object.fromEntries(
    Object.entries(structure).filter(([name]) => !all_text && !(name in types)),
  );
  assertUsable(Object.fromEntries(Object.keys(structure).map((key) => [key, free[key] ?? "NULL"])));
  const exact = Object.keys(structure).filter((name) => !(name in free));
  if (longNumbers) await assertNumbersHeld(source, exact);
  const typeAt = await numberTypes(source, free, longNumbers === true);
  return Object.entries(structure).map(([name, inner]) => {
    const given = types[name] ?? (all_text ? "VARCHAR" : undefined);
    if (given)
      return { name, raw: given === "JSON" ? "JSON" : "VARCHAR", type: given, given: true };
    const type = typeSql(inner, typeAt, `$.${pathKey(name)}`);
    return { name, raw: type, type, given: false };
  });
}

async function notRecords(source: Source): Promise<ReadError> {
  const result = await source.connection.runAndReadAll(
    `SELECT row, json FROM (SELECT row_number() OVER () AS row, json FROM ${source.records})
     WHERE json_type(json) <> 'OBJECT' LIMIT 1`,
  );
  const [row, json] = result.getRows()[0] ?? [];
  return new ReadError(
    `${await placeOf(source, Number(row))} is ${shownValue(String(json))}, and not a record ({"key": value, …}).`,
  );
}

async function assertSaidTypesFit(
  source: Source,
  rows: string,
  all: readonly JsonColumn[],
): Promise<void> {
  const columns = all
    .filter(({ raw, type, given }) => given && raw === "VARCHAR" && type !== "VARCHAR")
    .map(({ name, type }) => ({ text: identifier(name), name, type }));
  await assertTypesFit(source.connection, rows, columns, (row) => placeOf(source, row));
}
