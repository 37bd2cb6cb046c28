import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDuckDb } from "../../src/operations/transform/sql/duckdb.ts";
import { whyNotOneSelect } from "../../src/operations/transform/sql/validate.ts";

let duckdb: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  duckdb = await openDuckDb({ memoryMegabytes: 256, threads: 1, allowedPaths: [] });
});
afterAll(() => duckdb.close());

const why = (sql: string) => whyNotOneSelect(duckdb.connection, sql);

describe("one plain SELECT is allowed", () => {
  test.each([
    "select * from input",
    "SELECT x FROM input WHERE x < 3 ORDER BY x DESC; -- a comment",
    "from input",
    "from input select x",
    "values (1), (2)",
    "with t as (select x from input) select * from t union all select 2",
    "with recursive t(n) as (select 1 union all select n + 1 from t where n < 9) select * from t",
    "select * from input join (select 1 as one) o on true",
    "select 'drop table input; copy input to ''x'''",
    'select "describe" from input',
    "table input",
  ])("%s", async (sql) => {
    expect(await why(sql)).toBeUndefined();
  });
});

describe("table functions that only make rows of their arguments are allowed", () => {
  test.each([
    "select * from range(3)",
    "select * from generate_series(1, 3)",
    "select * from unnest([1, 2])",
    "select * from repeat('a', 2)",
    "select * from repeat_row(1, 2, num_rows = 3)",
    "select * from json_each('[1]')",
    "select * from json_tree('[1]')",
    "select * from Range(3)",
    'select * from "range"(3)',
  ])("%s", async (sql) => {
    expect(await why(sql)).toBeUndefined();
  });
});

describe("every other table function is refused by its name", () => {
  test.each([
    ["select * from read_csv('/etc/passwd')", "read_csv"],
    ["select * from READ_TEXT('/etc/passwd')", "read_text"],
    ["select * from glob('/*')", "glob"],
    ["select * from duckdb_settings()", "duckdb_settings"],
    ["select * from pragma_version()", "pragma_version"],
    ["select * from query('select 1')", "query"],
    ["select * from query_table('input')", "query_table"],
    ["select * from system.main.read_blob('x')", "read_blob"],
    ["select * from sniff_csv('x')", "sniff_csv"],
    ["select (select max(c) from read_text('x') t(c)) from input", "read_text"],
    ["with t as (from read_parquet('x')) select * from t", "read_parquet"],
    ["select * from input where x in (select 1 from read_json('x'))", "read_json"],
    ["select * from range(3), lateral (from read_csv('x'))", "read_csv"],
    ["select 1 union all (select 1 from parquet_schema('x'))", "parquet_schema"],
  ])("%s", async (sql, name) => {
    expect(await why(sql)).toContain(`The table function ${name} `);
  });
});

describe("anything but one SELECT is refused", () => {
  test.each([
    ["", "empty"],
    [" ; -- nothing", "empty"],
    ["select 1; select 2", "2"],
    ["select 1\0", "NUL"],
    ["insert into input values (1)", "SELECT"],
    ["create table t as select 1", "SELECT"],
    ["copy input to 'x'", "SELECT"],
    ["attach 'x'", "SELECT"],
    ["install httpfs", "SELECT"],
    ["set memory_limit = '1TB'", "SELECT"],
    ["pragma version", "SELECT"],
    ["call range(3)", "SELECT"],
    ["explain select 1", "SELECT"],
    ["describe input", "DESCRIBE"],
    ["show tables", "DESCRIBE"],
    ["summarize input", "DESCRIBE"],
    ["select * from (describe input)", "DESCRIBE"],
    ["pivot input on x", "SELECT"],
  ])("%j", async (sql, words) => {
    expect(await why(sql)).toContain(words);
  });
});

test("a statement nested ten thousand times deep does not exhaust the stack", async () => {
  const depth = 10_000;
  const sql = `select ${"(".repeat(depth)}1${")".repeat(depth)}`;
  await expect(
    why(sql).then(
      () => true,
      (error: Error) => !(error instanceof RangeError),
    ),
  ).resolves.toBe(true);
});
