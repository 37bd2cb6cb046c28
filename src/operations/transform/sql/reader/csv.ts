import type { DuckDBConnection } from "@duckdb/node-api";
import type { ReadAs, ReadSettings } from "../../read-settings.ts";
import { identifier, quoted } from "../duckdb.ts";
import type { QueryInput } from "../messages.ts";
import { factsByColumn } from "./column-facts.ts";
import { type ColumnFacts, noFacts, typeOfColumn } from "./column-type.ts";
import { csvError } from "./csv-error.ts";
import { columnNames, type Dialect, dialectOf } from "./dialect.ts";
import { lineOfRow } from "./lines.ts";
import { assertTypesFit } from "./misfits.ts";
import { ReadError, shownValue } from "./read-error.ts";
import { sampleOf } from "./sample.ts";
import { castSql, inexactSql, nullIf, withPoint } from "./text-cast.ts";
import { kinds } from "./value-kinds.ts";

interface Column {
  /** the column of the source: the field as text, without null words and decimal commas */
  text: string;
  name: string;
  type: string;
}

/**
 * Reads every field as text, finds the types in the whole file, and makes the view `input` of typed
 * columns.
 */
export async function openCsv(
  connection: DuckDBConnection,
  input: QueryInput,
): Promise<{ select: string; readAs: ReadAs }> {
  const { read } = input;
  const { text, whole } = await sampleOf(input.path, input.gzip);
  const dialect = dialectOf(text, whole, read);
  if (!dialect) throw new ReadError("it is empty: there is no header and no row.");
  const { columns, header, source } = await csvError(input, () =>
    understand(connection, input, dialect),
  );
  const select = columns
    .map(({ text: field, name, type }) => `${castSql(field, type)} AS ${identifier(name)}`)
    .join(", ");
  return {
    select: `SELECT ${select} FROM ${source}`,
    readAs: {
      format: "csv",
      columns: columns.map((column) => column.name),
      types: columns.map((column) => column.type),
      delimiter: dialect.delimiter,
      header,
      encoding: input.encoding,
    },
  };
}

async function understand(connection: DuckDBConnection, input: QueryInput, dialect: Dialect) {
  const { read } = input;
  const rows = rowsSql(input, dialect, dialect.header !== false);
  const numbers = dialect.first.map((_, index) => fieldSql(index, read, read.decimal === ","));
  const source = `(SELECT ${numbers.join(", ")} FROM ${rows})`;
  const found = await factsByColumn(connection, source);
  const facts = dialect.first.map((_, index) => found.get(`c${index}`) ?? noFacts);
  const header = dialect.header === "undecided" ? decided(dialect, facts) : dialect.header;
  const columns = columnNames(dialect, header).map((name, index) => ({ text: `c${index}`, name }));
  assertNamesKnown(read, columns);
  const typed: Column[] = [];
  for (const [index, column] of columns.entries()) {
    const given = read.types?.[column.name];
    const found = read.all_text ? "VARCHAR" : typeOfColumn(facts[index] ?? noFacts);
    const type = given ?? found;
    if (!type) throw await inexactError(connection, source, column);
    typed.push({ ...column, type });
  }
  const named = typed.filter(({ name }) => read.types?.[name]);
  await assertTypesFit(connection, source, named, async (row) => {
    const line = await lineOfRow(input, { ...dialect, skip: linesBefore(dialect), row });
    return `line ${line}`;
  });
  const fields = typed.map(({ type }, index) =>
    fieldSql(index, read, read.decimal === "," && type !== "VARCHAR"),
  );
  return { columns: typed, header, source: `(SELECT ${fields.join(", ")} FROM ${rows})` };
}

/** Fields as text, by the names c0, c1, … */
function rowsSql(input: QueryInput, dialect: Dialect, header: boolean): string {
  const columns = dialect.first.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const skip = dialect.before + (header ? 1 : 0);
  return `read_csv(${quoted(input.path)}, auto_detect = false, header = false, skip = ${skip},
    delim = ${quoted(dialect.delimiter)}, quote = ${quoted(dialect.quote)}, escape = ${quoted(dialect.quote)},
    strict_mode = true, null_padding = false, allow_quoted_nulls = false, nullstr = '', hive_partitioning = false,
    compression = '${input.gzip ? "gzip" : "none"}', columns = {${columns}})`;
}

/** A field as text; `asNumber`: with a point in place of a decimal comma, which text keeps. */
function fieldSql(index: number, read: ReadSettings, asNumber: boolean): string {
  const field = nullIf(`c${index}`, read.null ?? []);
  return `${asNumber ? withPoint(field) : field} AS c${index}`;
}

/**
 * A word above a column of numbers or times is a name. Where none is, the first line may be either,
 * and guessing would lose a row.
 */
function decided(dialect: Dialect, facts: readonly ColumnFacts[]): boolean {
  const named = dialect.first.some((field, index) => {
    const found = facts[index]?.kinds ?? 0;
    return field.trim() !== "" && !isNumberOrTime(field) && found !== 0 && !(found & kinds.text);
  });
  if (named) return true;
  throw new ReadError(
    "its first line could be the names of the columns or a row of values " +
      `(${shownValue(dialect.first.join(dialect.delimiter))}): set read.header to true or ` +
      "false.",
  );
}

function isNumberOrTime(field: string): boolean {
  return /^\s*[+-]?[\d.]/.test(field);
}

function linesBefore(dialect: Dialect): number {
  return dialect.before + (dialect.header === false ? 0 : 1);
}

function assertNamesKnown(read: ReadSettings, columns: readonly { name: string }[]): void {
  const missing = Object.keys(read.types ?? {}).filter(
    (name) => !columns.some((column) => column.name === name),
  );
  if (missing.length === 0) return;
  throw new ReadError(
    `it has no column ${missing.map(shownValue).join(", ")}, for which read.types gives a type; its columns are ${columns
      .slice(0, 20)
      .map(({ name }) => shownValue(name))
      .join(", ")}.`,
  );
}

/** Whole numbers of more digits than DOUBLE has, in one column with decimal numbers. */
async function inexactError(
  connection: DuckDBConnection,
  source: string,
  { text, name }: { text: string; name: string },
): Promise<ReadError> {
  const result = await connection.runAndReadAll(
    `SELECT ${text} FROM ${source} WHERE ${inexactSql(text)} OR length(trim(${text}, ' -')) ` +
      "> 38 LIMIT 1",
  );
  return new ReadError(
    `the column ${shownValue(name)} has decimal numbers, and ` +
      `${shownValue(String(result.getRows()[0]?.[0]))}, which DOUBLE cannot hold: set ` +
      `read.types, as in {${JSON.stringify(name)}: "DECIMAL(38,6)"} or "VARCHAR".`,
  );
}
