// Lines that `longshore s3` prints, run as they are by the clients that they are for.
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { venv } from "./venv.ts";

const run = promisify(execFile);
const packages = [
  "boto3==1.44.8",
  "duckdb==1.4.4",
  "duckdb-ext-httpfs==1.4.4.20260205",
  "pandas==3.1.1",
  "pyarrow==26.0.1",
];
/** DuckDB gets its extension from the package instead of from its makers' server. */
const runSql = `
import sys, duckdb, duckdb_ext.extensions as extensions
folder = next(iter(extensions.__path__))
duckdb.sql(f"LOAD '{folder}/v1.4.4/linux_amd64/httpfs.duckdb_extension'")
*setup, select = [one for one in sys.stdin.read().split(";") if one.strip()]
for one in setup: duckdb.sql(one)
print(sorted(duckdb.sql(select).fetchall()))
`;

let service: Service;
let cwd: string;
let python: string;
let id: string;

beforeAll(async () => {
  python = await venv("s3-readers", packages);
  cwd = temporaryFolder("lines");
  for (const x of [1, 2]) writeFileSync(`${cwd}/${x}.csv`, `x\n${x}\n`);
  service = await startService({ INPUT_ROOTS: cwd });
  id = await submit("parquet");
}, 600_000);
afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

const longshore = (...args: string[]) => runCli(args, { cwd, env: { LONGSHORE_URL: service.url } });
const linesFor = async (tool: string, of = id) =>
  (await longshore("s3", of, "--tool", tool)).stdout;

async function submit(format: string): Promise<string> {
  const sql = ["--sql", "select x from input", "--format", format];
  const ran = await longshore("submit", "--files", "1.csv", "2.csv", ...sql, "--wait", "--json");
  return (JSON.parse(ran.stdout) as { id: string }).id;
}

async function pipe(text: string, ...args: string[]): Promise<string> {
  const running = run(python, args, { cwd, env: childEnvironment() });
  running.child.stdin?.end(text);
  return (await running).stdout;
}

test("boto3 lists the results", async () => {
  const listed = (await pipe(await linesFor("boto3"), "-")).trim().split("\n");
  expect(listed.map((line) => line.replace(/^\d+/, ""))).toEqual([
    expect.stringMatching(/^-1-1-1\.parquet \d+$/),
    expect.stringMatching(/^-1-1-2\.parquet \d+$/),
  ]);
});

test("DuckDB reads all results as one table", async () => {
  expect(await pipe(await linesFor("duckdb"), "-c", runSql)).toBe("[(1,), (2,)]\n");
});

test.each(["parquet", "csv", "json"])(
  "pandas reads all results of %s as one table",
  async (format) => {
    const lines = await linesFor("pandas", format === "parquet" ? id : await submit(format));
    expect(await pipe(`${lines}\nprint(sorted(table["x"]))`, "-")).toBe("[1, 2]\n");
  },
);
