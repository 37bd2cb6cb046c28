import { readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RequestError } from "../../src/errors.ts";
import type { TaskOutcome } from "../../src/operations/contract.ts";
import { transform } from "../../src/operations/transform/index.ts";
import { openDuckDb } from "../../src/operations/transform/sql/duckdb.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf, writeTable } from "../support/parquet.ts";
import { processes } from "../support/processes.ts";
import { until } from "../support/wait.ts";
import { submitCheck, testTask, testTaskContext } from "./task-context.ts";

const folder = temporaryFolder("transform");
const measured = join(folder, "measured, ümlaut's [1]*.parquet");
const outside = temporaryFolder("outside");

beforeAll(async () => {
  await writeTable(measured, "SELECT i AS x, i * 2.5 AS y, 'n' || i AS name FROM range(1000) t(i)");
  writeFileSync(join(outside, "secret.csv"), "word\nhunter2\n");
});
afterAll(() => {
  for (const one of [folder, outside]) rmSync(one, { recursive: true, force: true });
});

function parse(selection: string, format = "parquet") {
  return transform.settings.parse({ selection, format });
}

async function run(
  selection: string,
  { replicas = [measured], format = "parquet", ...limits }: Run = {},
): Promise<TaskOutcome> {
  return transform.perform(
    testTask(parse(selection, format), replicas),
    testTaskContext(folder, limits),
  );
}
type Run = { replicas?: string[]; format?: string } & Parameters<typeof testTaskContext>[1];

function errorOf(outcome: TaskOutcome) {
  if (!("error" in outcome)) throw new Error(`It was expected to fail: ${JSON.stringify(outcome)}`);
  return { status: outcome.status, ...outcome.error };
}

async function refusalOf(selection: string, firstFile?: string[]): Promise<RequestError> {
  const refused = await transform
    .check?.(parse(selection), submitCheck(folder, firstFile ? [firstFile] : []))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  if (!(refused instanceof RequestError))
    throw new Error(`${selection} was not refused: ${refused}`);
  expect(refused).toMatchObject({
    status: 422,
    code: "bad_query",
    errors: [{ pointer: "/selection" }],
  });
  return refused;
}

const output = join(folder, "uploads", "1-1-1-out.parquet");

describe("a query over a file", () => {
  test.each(["parquet", "csv", "json"])("is written as %s with the right rows", async (format) => {
    const outcome = await run("select x, y from input where x < 3 order by x desc; -- a comment", {
      format,
    });
    expect(outcome).toMatchObject({
      status: "success",
      results: [
        {
          name: "1-1-1-out.parquet",
          checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
          details: { rows: 3 },
        },
      ],
    });
    const reader = { parquet: "read_parquet", csv: "read_csv_auto", json: "read_json_auto" }[
      format
    ];
    expect(await rowsOf(`SELECT x::INT, y::DOUBLE FROM ${reader}('${output}')`)).toEqual([
      [2, 5],
      [1, 2.5],
      [0, 0],
    ]);
  });

  test.each([
    ["a.csv", "a,b\n1,x\n2,y\n"],
    ["a.tsv", "a\tb\n1\tx\n2\ty\n"],
    ["a.csv.gz", gzipSync("a,b\n1,x\n2,y\n")],
    ["a.jsonl", '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ["a.ndjson", '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ["a.json", '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'],
    ["without-an-ending", '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'],
    ["plain.txt", "a,b\n1,x\n2,y\n"],
  ])("reads %s", async (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    expect(
      await run("select sum(a)::int as a, max(b) as b from input", { replicas: [path] }),
    ).toMatchObject({ status: "success" });
    expect(await rowsOf(`SELECT * FROM '${output}'`)).toEqual([[3, "y"]]);
  });

  test("that selects nothing makes an empty table", async () => {
    expect(await run("select x from input where x < 0")).toMatchObject({ status: "success" });
    expect(await rowsOf(`SELECT count(*)::INT FROM '${output}'`)).toEqual([[0]]);
  });

  test("gives the same bytes when it is run again", async () => {
    const [first, second] = [await run("select * from input"), await run("select * from input")];
    expect(first).toMatchObject({ status: "success" });
    expect(second).toEqual(first);
  });

  test("goes on to the next replica, and tells each one's fault when none can be read", async () => {
    const broken = join(folder, "broken.parquet");
    writeFileSync(broken, "PAR1 and then nothing that a Parquet file would have");
    expect(
      await run("select x from input", {
        replicas: [broken, join(folder, "absent.parquet"), measured],
      }),
    ).toMatchObject({
      status: "success",
    });
    const error = errorOf(
      await run("select x from input", { replicas: [broken, join(folder, "absent.parquet")] }),
    );
    expect(error).toMatchObject({ status: "failure", class: "bad_input" });
    expect(error.message).toContain("broken.parquet");
    expect(error.message).toContain("There is no file");
    expect(error.message).not.toContain("scratch");
  });

  test("of bytes that are no table is a bad input", async () => {
    writeFileSync(join(folder, "noise"), Buffer.from([1, 0, 2, 0, 3]));
    expect(errorOf(await run("select 1", { replicas: [join(folder, "noise")] }))).toMatchObject({
      status: "failure",
      class: "bad_input",
    });
  });

  test("whose data does not fit is that file's failure, also where it reads like a disk's", async () => {
    const file = join(folder, "log.csv");
    writeFileSync(file, 'name\n"IO Error: Could not write: No space left on device"\n');
    const selection = "select cast(name as int) as n from input";
    for (const [replica, text] of [
      [measured, "Could not convert string 'n0'"],
      [file, "No space left on device"],
    ] as const) {
      const error = errorOf(await run(selection, { replicas: [replica] }));
      expect(error).toMatchObject({ status: "failure", class: "bad_input" });
      expect(error.message).toContain(text);
    }
  });

  test("with a wrong column is a bad query, which ends the request", async () => {
    expect(errorOf(await run("select nope from input"))).toMatchObject({
      status: "failure",
      class: "bad_query",
      message: expect.stringContaining('"nope"'),
    });
    expect(transform.failFastClasses).toEqual(["bad_query"]);
  });
});

describe("at submit", () => {
  test.each([
    ["select x, y from input where x > 1", "x"],
    ["with big as (select * from input where x > 5) select count(*) from big;", ""],
    ["from input", ""],
    ["select unnest(range(3)) from input", ""],
    ["select * from range(3)", ""],
  ])("%s is taken", async (selection) => {
    await transform.check?.(parse(selection), submitCheck(folder, [[measured]]));
  });

  test.each([
    ["selec x from input", 'Parser Error: syntax error at or near "selec"'],
    ["select", "Parser Error"],
    ["-- nothing", "empty"],
    ["   ", "empty"],
    ["select 1; select 2", "this is 2"],
    ["select 1 from input); copy (select 2", "Parser Error"],
    ["pivot input on x using sum(y)", "must be one SELECT"],
    ["select ['a']::ENUM('a', 'b')[] as x from input", "cast each value instead"],
    ["describe input", "DESCRIBE"],
    ["show tables", "DESCRIBE"],
    ["explain select 1", "must be one SELECT"],
    ["insert into input values (1)", "must be one SELECT"],
    ["create table t as select 1", "must be one SELECT"],
    ["attach '/tmp/x.db' as x", "must be one SELECT"],
    ["copy (select 1) to '/tmp/x.csv'", "must be one SELECT"],
    ["install httpfs", "must be one SELECT"],
    ["load httpfs", "must be one SELECT"],
    ["set threads = 4", "must be one SELECT"],
    ["pragma version", "must be one SELECT"],
    ["select * from read_csv('/etc/passwd')", "read_csv"],
    ["select (select max(c) from read_text('/etc/passwd') t(c)) from input", "read_text"],
    ["with a as (select * from GLOB('/etc/*')) select * from a", "glob"],
    ["select * from system.main.read_blob('/etc/passwd')", "read_blob"],
    ["select * from query('select 1')", "query"],
    ["select * from duckdb_settings()", "duckdb_settings"],
    ["select * from enable_logging()", "enable_logging"],
    ["select * from read_parquet('http://169.254.169.254/latest')", "read_parquet"],
  ])("%s is refused", async (selection, words) => {
    expect((await refusalOf(selection)).message).toContain(words);
  });

  test("nesting without end is refused", async () => {
    expect(
      (await refusalOf(`select ${"(".repeat(100_000)}1${")".repeat(100_000)}`)).message,
    ).toContain("Parser Error");
    await refusalOf(`select ${"1+".repeat(400_000)}`);
  });

  test.each([
    ["select nope from input", 'Referenced column "nope" not found'],
    ["select sum(name) from input", "No function matches"],
    ["select getenv('PATH') from input", "getenv does not exist"],
    ["select * from '/etc/passwd'", "/etc/passwd does not exist"],
    ["select * from other", "other does not exist"],
    ["select $1 from input", "parameter"],
  ])(
    "%s is refused with DuckDB's sentence where the first file is at hand",
    async (selection, words) => {
      expect((await refusalOf(selection, [measured])).message).toContain(words);
    },
  );

  test.each([
    ["select * from data", /^Catalog Error: .* data does not exist!\nEach file is the table input/],
    [
      "select * from imput",
      /imput does not exist!\nEach file is the table input: write FROM input/,
    ],
    ["select * from run7.parquet", /A query names no files\. Each file is the table input/],
    ["select name", /FROM clause is missing\.\nEach file is the table input/],
    ["name > 25", /The generator sql takes one SELECT statement over the table input/],
    ['select * from input where name = "a"', /\nA text is in single quotes: 'a'\.\n/],
    [
      "(call Select (call EventDataset) (lambda (list e) (attr e 'x')))",
      /^This is func_adl, not SQL/,
    ],
    ["EventDataset().Select(lambda e: e.Jets())", /^This is func_adl, not SQL\. The generator sql/],
    ['[{"treename": "nominal", "filter_name": ["pt"]}]', /^This is a query of uproot-raw, not SQL/],
    ["def run_query(paths): return 1", /^This is Python, not SQL/],
  ])("of %s it is said what was meant", async (selection, words) => {
    const { message } = await refusalOf(selection, [measured]);
    expect(message).toMatch(words);
    expect(message).not.toContain("Did you mean");
  });

  test("a name that is no column but compared with none is not taken for a text", async () => {
    expect((await refusalOf('select "nope" from input', [measured])).message).not.toContain(
      "quotes",
    );
  });

  test("a first file that is missing, broken, or outside the roots does not stop the request", async () => {
    writeFileSync(join(folder, "rubbish.parquet"), "rubbish");
    symlinkSync(join(outside, "secret.csv"), join(folder, "way-out.csv"));
    for (const first of [
      "/absent.parquet",
      join(folder, "rubbish.parquet"),
      join(outside, "secret.csv"),
      join(folder, "way-out.csv"),
    ]) {
      await transform.check?.(parse("select nope from input"), submitCheck(folder, [[first]]));
      await refusalOf("selec nope", [first]);
    }
  });

  test("a query that would take all memory is left to the worker, and the next is checked", async () => {
    const bomb = parse("select repeat('x', 4000000000) as x");
    const [, next] = await Promise.all([
      transform.check?.(bomb, submitCheck(folder, [[measured], [measured], [measured]])),
      refusalOf("selec", [measured]),
    ]);
    expect(next.message).toContain("Parser Error");
  });

  test.each([
    [{ selection: "select 1\0" }, "NUL"],
    [{ selection: "x".repeat(1024 * 1024 + 1) }, "1048576"],
    [{ selection: "" }, ""],
    [{ selection: "select 1", generator: "no name" }, "generator"],
    [{ selection: "select 1", format: "root" }, "parquet"],
    [{ selection: "select 1", fromat: "csv" }, "fromat"],
  ])("settings %# are refused", (settings, words) => {
    const { error } = transform.settings.safeParse(settings);
    expect(error?.message).toContain(words);
  });
});

describe("a step that another transform reads", () => {
  const check = (format: string, next?: Record<string, unknown>, operation = "transform") =>
    transform.check?.(parse("select x from input", format), {
      ...submitCheck(folder, []),
      ...(next && {
        next: { operation, settings: { selection: "select * from input", ...next } },
      }),
    });

  test.each(["csv", "json"])("may not lose its types in %s", async (format) => {
    await expect(check(format, {})).rejects.toMatchObject({
      status: 422,
      code: "types_not_kept",
      errors: [{ pointer: "/format" }],
    });
  });

  test("keeps them in parquet, or has them set in the next step", async () => {
    await check("parquet", {});
    await check("csv", { read: { types: { x: "BIGINT" } } });
    await check("csv", { read: { all_text: true } });
    await check("csv", {}, "anonymize");
    await check("csv");
  });
});

describe("the DuckDB of a query", () => {
  const reached = join(outside, "secret.csv");
  test.each([
    `select * from read_csv('${reached}')`,
    `select * from read_text('${reached}')`,
    `select * from '${reached}'`,
    `select * from glob('${outside}/*')`,
    `select * from sniff_csv('${reached}')`,
    `select * from read_parquet('${folder}/*')`,
    "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "select * from read_parquet('s3://bucket/x.parquet')",
    `attach '${outside}/x.db' as x`,
    `copy (select 1) to '${outside}/x.csv'`,
    `export database '${outside}/x'`,
    "install httpfs",
    "load httpfs",
    `load '${outside}/x.duckdb_extension'`,
    "set threads = 4",
    "set allowed_paths = ['/']",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma enable_profiling = 'json'",
    "select getenv('PATH')",
    "create secret (type s3, key_id 'a', secret 'b')",
  ])("does not let %s happen", async (statement) => {
    const { connection, close } = await openDuckDb({
      memoryMegabytes: 100,
      threads: 1,
      allowedPaths: [measured],
    });
    await connection.run("SET lock_configuration = true");
    await expect(connection.run(statement)).rejects.toThrow(/Error/);
    close();
    expect(readdirSync(outside)).toEqual(["secret.csv"]);
  });
});

describe("an untrusted query", () => {
  test.each([
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from '/proc/self/environ'",
    "copy (select 1) to '/tmp/longshore-escape.csv'",
    "select 1; set enable_external_access = true",
    "select * from enable_profiling(save_location = '/tmp/longshore-escape.json')",
  ])("%s reaches nothing even when it comes past the check", async (selection) => {
    expect(errorOf(await run(selection))).toMatchObject({ status: "failure", class: "bad_query" });
  });

  test("that takes too long is stopped; it is tried once more where the machine may have been busy", async () => {
    const endless = "select sum(a.x * b.x * c.x * d.x) from input a, input b, input c, input d";
    const started = performance.now();
    const first = errorOf(await run(endless, { seconds: 1 }));
    expect(first).toMatchObject({
      status: expect.stringMatching(/^(retry|failure)$/),
      class: "timeout",
      message: expect.stringContaining("1 seconds"),
    });
    // Reports take no key that they do not know
    expect(Object.keys(first).sort()).toEqual(["class", "message", "status"]);
    expect(performance.now() - started).toBeLessThan(5000);
    const second = testTask(parse(endless), [measured], { attempt: 2 });
    expect(
      errorOf(await transform.perform(second, testTaskContext(folder, { seconds: 1 }))),
    ).toMatchObject({
      status: "failure",
      class: "timeout",
    });
  });

  test("that recurses for ever is stopped", async () => {
    const endless =
      "with recursive t(i) as (select 1 union all select i + 1 from t) select count(*) from t";
    expect(errorOf(await run(endless, { seconds: 1 })).class).toMatch(/timeout|memory/);
  });

  test.each([
    "select list(a.name || b.name || c.name) from input a, input b, input c",
    "select repeat('x', 4000000000) as x from input",
  ])("%s ends at the memory limit", async (selection) => {
    expect(errorOf(await run(selection, { memoryMegabytes: 100 }))).toMatchObject({
      status: "failure",
      class: "memory",
    });
  });

  test("that writes more than it may is stopped", async () => {
    const error = errorOf(
      await run("select a.name || b.name || c.name from input a, input b, input c", {
        format: "csv",
        outputMegabytes: 2,
      }),
    );
    expect(error).toMatchObject({
      status: "failure",
      class: "too_large",
      message: "The result is larger than 2 MB.",
    });
    const quick = errorOf(
      await run("select a.name || b.name as n from input a, input b", {
        format: "csv",
        outputMegabytes: 1,
      }),
    );
    expect(quick).toMatchObject({ class: "too_large" });
  });

  test("sees no environment and leaves no log behind", async () => {
    expect(await run("select 1 as x from input limit 1")).toMatchObject({ status: "success" });
    expect(errorOf(await run("select getenv('PATH')"))).toMatchObject({ class: "bad_query" });
  });

  test("is called off with its task", async () => {
    const controller = new AbortController();
    const ended = run("select sum(a.x * b.x * c.x * d.x) from input a, input b, input c, input d", {
      signal: controller.signal,
    });
    await until(() => processes("sql/program").some(({ parent }) => parent === process.pid));
    controller.abort();
    const started = performance.now();
    expect("error" in (await ended)).toBe(true);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await run("select x from input")).toMatchObject({ status: "success" });
  });
});
