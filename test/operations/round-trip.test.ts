// Every type that DuckDB has, through each output format: the value is kept, or the file fails with
// a sentence that says what to do. A type of a later DuckDB fails here until it is listed.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { transform } from "../../src/operations/transform/index.ts";
import { type Format, formats } from "../../src/operations/transform/job.ts";
import { temporaryFolder } from "../support/folder.ts";
import { testTask, testTaskContext } from "./task-context.ts";

interface Kind {
  /** as duckdb_types() names it */
  name: string;
  sql: string;
  /** kept in every format, NULL besides */
  kept: string[];
  /** kept in the formats that are not named, refused in these */
  refused?: [value: string, ...in: Format[]][];
  /** kept inside lists, structs and maps too; false where Parquet refuses that */
  nested?: boolean;
}

const times = ["'00:00:00'", "'23:59:59.999999'"];
const stamps = ["'0001-01-01 00:00:00'", "'2024-02-29 12:00:00'", "'9999-12-31 23:59:59'"];
const all = formats;

const kinds: Kind[] = [
  { name: "BOOLEAN", sql: "BOOLEAN", kept: ["true", "false"] },
  { name: "TINYINT", sql: "TINYINT", kept: ["-128", "127"] },
  { name: "SMALLINT", sql: "SMALLINT", kept: ["-32768", "32767"] },
  { name: "INTEGER", sql: "INTEGER", kept: ["-2147483648", "2147483647"] },
  { name: "BIGINT", sql: "BIGINT", kept: ["-9223372036854775808", "9223372036854775807"] },
  { name: "UTINYINT", sql: "UTINYINT", kept: ["0", "255"] },
  { name: "USMALLINT", sql: "USMALLINT", kept: ["65535"] },
  { name: "UINTEGER", sql: "UINTEGER", kept: ["4294967295"] },
  { name: "UBIGINT", sql: "UBIGINT", kept: ["18446744073709551615"] },
  {
    name: "HUGEINT",
    sql: "HUGEINT",
    kept: ["-9223372036854775808", "9223372036854775807"],
    refused: [["'170141183460469231731687303715884105727'", ...all]],
  },
  {
    name: "UHUGEINT",
    sql: "UHUGEINT",
    kept: ["18446744073709551615"],
    refused: [["'340282366920938463463374607431768211455'", ...all]],
  },
  {
    name: "FLOAT",
    sql: "FLOAT",
    kept: ["0.1", "-3.4028235e38", "1e-45"],
    refused: [
      ["'nan'", "json"],
      ["'-inf'", "json"],
    ],
  },
  {
    name: "DOUBLE",
    sql: "DOUBLE",
    kept: ["0.1", "5e-324", "-1.7976931348623157e308", "12345678901234567"],
    refused: [
      ["'nan'", "json"],
      ["'inf'", "json"],
    ],
  },
  {
    name: "DECIMAL",
    sql: "DECIMAL(38,10)",
    kept: ["'1234567890123456789012345678.0123456789'", "'-0.0000000001'"],
  },
  { name: "VARCHAR", sql: "VARCHAR", kept: ["'é \"quoted\", ''so'''", "'two\nlines'", "'007'"] },
  { name: "BLOB", sql: "BLOB", kept: ["'\\x00\\xFFa'"] },
  { name: "BIT", sql: "BIT", kept: ["'0101'", "'1'"] },
  { name: "UUID", sql: "UUID", kept: ["'ffffffff-ffff-4fff-bfff-ffffffffffff'"] },
  { name: "ENUM", sql: "ENUM('low', 'high, or so')", kept: ["'low'", "'high, or so'"] },
  {
    name: "DATE",
    sql: "DATE",
    kept: ["'0001-01-01'", "'2024-02-29'", "'9999-12-31'"],
    refused: [["'infinity'", "parquet"]],
  },
  { name: "TIME", sql: "TIME", kept: times },
  { name: "TIME_NS", sql: "TIME_NS", kept: times },
  {
    name: "TIME WITH TIME ZONE",
    sql: "TIMETZ",
    kept: ["'12:00:00+00'"],
  },
  {
    name: "TIMESTAMP",
    sql: "TIMESTAMP",
    kept: [...stamps, "'2024-02-29 12:00:00.123456'"],
    refused: [["'-infinity'", "parquet"]],
  },
  { name: "TIMESTAMP_S", sql: "TIMESTAMP_S", kept: stamps },
  { name: "TIMESTAMP_MS", sql: "TIMESTAMP_MS", kept: [...stamps, "'2024-02-29 12:00:00.123'"] },
  { name: "TIMESTAMP_NS", sql: "TIMESTAMP_NS", kept: ["'2024-02-29 12:00:00.123456789'"] },
  {
    name: "TIMESTAMP WITH TIME ZONE",
    sql: "TIMESTAMPTZ",
    kept: ["'2024-02-29 12:00:00.123456+00'"],
  },
  {
    name: "INTERVAL",
    sql: "INTERVAL",
    kept: ["'1 year 2 days 3 milliseconds'"],
    refused: [
      ["'1 microsecond'", "parquet"],
      ["'-1 day'", "parquet"],
    ],
    nested: false,
  },
  { name: "LIST", sql: "INTEGER[]", kept: ["[1, NULL, 3]", "[]"] },
  { name: "ARRAY", sql: "INTEGER[2]", kept: ["[1, 2]"] },
  { name: "STRUCT", sql: "STRUCT(a INTEGER, b VARCHAR)", kept: ["{'a': 1, 'b': 'x, \"y\"'}"] },
  { name: "MAP", sql: "MAP(VARCHAR, DOUBLE)", kept: ["MAP {'a b': 0.1, 'c': NULL}"] },
  { name: "UNION", sql: "UNION(n INTEGER, s VARCHAR)", kept: [], refused: [["1", ...all]] },
  { name: "VARIANT", sql: "VARIANT", kept: [], refused: [["1", ...all]] },
  { name: "GEOMETRY", sql: "GEOMETRY", kept: [], refused: [["'POINT (1 2)'", ...all]] },
  { name: "BIGNUM", sql: "BIGNUM", kept: ["'123456789012345678901234567890123456789012345'"] },
];

/** No type of columns: a type name as a value, and the type of a bare NULL. */
const notOfColumns = ["NULL", "TYPE"];

const folder = temporaryFolder("round-trip");
const input = join(folder, "one.csv");
const resultFile = join(folder, "uploads", "1-1-1-out.parquet");
let duckdb: Awaited<ReturnType<DuckDBInstance["connect"]>>;

beforeAll(async () => {
  writeFileSync(input, "one\n1\n");
  duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run("SET TimeZone = 'UTC'");
  // The results have one name: a file of the same size and second would be read from the cache
  await duckdb.run("SET enable_external_file_cache = false");
});
afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

async function rowsOf(sql: string): Promise<unknown[][]> {
  return (await duckdb.runAndReadAll(sql)).getRows();
}

/** Ways in which a column has a value of the type. */
const wraps: Record<string, (value: string) => string> = {
  alone: (value) => value,
  in_list: (value) => `[${value}]`,
  in_struct: (value) => `{'a': ${value}}`,
  in_map: (value) => `MAP {'k': ${value}}`,
};

/** A table of the values in their order, NULL last, with a column for each way. */
function tableOf(type: string, values: string[], ways: string[]): string {
  const rows = values.map((value, at) => {
    const typed = `(${value})::${type}`;
    return `(${[at, ...ways.map((way) => wraps[way]?.(typed))].join(", ")})`;
  });
  const nulls = `(${[values.length, ...ways.map(() => "NULL")].join(", ")})`;
  const names = ["i", ...ways].join(", ");
  return `SELECT ${names} FROM (VALUES ${[...rows, nulls].join(", ")}) AS t(${names})`;
}

async function perform(selection: string, format: Format) {
  const settings = transform.settings.parse({ selection, format });
  return transform.perform(testTask(settings, [input]), testTaskContext(folder));
}

/** The text of each value in each column, as the result file has it. */
async function heldIn(format: Format, ways: string[]): Promise<unknown[][]> {
  const texts = ways.map((way) => `${way}::VARCHAR`).join(", ");
  if (format === "parquet")
    return rowsOf(`SELECT ${texts} FROM read_parquet('${resultFile}') ORDER BY i`);
  if (format === "csv")
    return rowsOf(
      `SELECT ${texts} FROM read_csv('${resultFile}', all_varchar = true) ORDER BY i::INT`,
    );
  // As it is written: a parser would read numbers as DOUBLE
  const line = new RegExp(`^\\{"i":\\d+,${ways.map((way) => `"${way}":(.*)`).join(",")}\\}$`, "s");
  const lines = readFileSync(resultFile, "utf8").trimEnd().split("\n");
  return lines.map((text) => [...(line.exec(text) ?? [text])].slice(1));
}

async function expectedIn(format: Format, table: string, ways: string[]): Promise<unknown[][]> {
  const texts = ways.map((way) =>
    format === "json" ? `coalesce(to_json(${way}), 'null')::VARCHAR` : `${way}::VARCHAR`,
  );
  return rowsOf(`SELECT ${texts.join(", ")} FROM (${table}) ORDER BY i`);
}

test("every type of DuckDB is listed here", async () => {
  const rows = await rowsOf("SELECT DISTINCT logical_type FROM duckdb_types()");
  const known = new Set([...kinds.map(({ name }) => name), ...notOfColumns]);
  expect(rows.flat().filter((name) => !known.has(String(name)))).toEqual([]);
});

const keptCases = kinds
  .filter(({ kept }) => kept.length > 0)
  .flatMap((kind) => formats.map((format) => [kind.name, format, kind] as const));

test.each(keptCases)("%s is kept in %s, alone and inside other types", async (...given) => {
  const [, format, { sql, kept, nested = true }] = given;
  const ways = format !== "parquet" || nested ? Object.keys(wraps) : ["alone"];
  const table = tableOf(sql, kept, ways);
  const outcome = await perform(`${table} WHERE EXISTS (SELECT 1 FROM input)`, format);
  expect("error" in outcome ? outcome.error.message : outcome.status).toBe("success");
  expect(await heldIn(format, ways)).toEqual(await expectedIn(format, table, ways));
});

const refusedCases = kinds.flatMap(({ name, sql, refused = [] }) =>
  refused.flatMap(([value, ...among]) =>
    formats.map(
      (format) => [name, value, format, tableOf(sql, [value], ["alone"]), among] as const,
    ),
  ),
);

test.each(refusedCases)("%s of %s in %s is kept or refused with a sentence", async (...given) => {
  const [, , format, table, among] = given;
  const outcome = await perform(`${table} WHERE EXISTS (SELECT 1 FROM input)`, format);
  if (!among.includes(format)) {
    expect(outcome).toMatchObject({ status: "success" });
    expect(await heldIn(format, ["alone"])).toEqual(await expectedIn(format, table, ["alone"]));
    return;
  }
  expect(outcome).toMatchObject({ status: "failure" });
  const message = "error" in outcome ? outcome.error.message : "";
  expect(message).toMatch(/"alone"/);
  expect(message).toMatch(/cast it to|select one of its members|write parquet or csv|select NULL/);
});

test("a number in JSON is written as JavaScript reads it again", async () => {
  const numbers = [0.1, 5e-324, -1.7976931348623157e308, 12345678901234568];
  const table = tableOf("DOUBLE", numbers.map(String), ["alone"]);
  await perform(`${table} WHERE EXISTS (SELECT 1 FROM input)`, "json");
  const text = readFileSync(resultFile, "utf8");
  const read = text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { alone: number }).alone);
  expect(read).toEqual([...numbers, null]);
});
