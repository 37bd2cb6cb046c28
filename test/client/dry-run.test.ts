// `submit --dry-run`: the query on the first file, as the command line shows it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { cliEnvironment, cliForShell, runCli } from "../support/cli.ts";
import { type ServiceCli, startServiceCli } from "../support/service-cli.ts";
import { openTerminal } from "../support/terminal.ts";

let cli: ServiceCli;

beforeAll(async () => {
  const days = Array.from({ length: 12 }, (_, at) => `2024-01-${String(at + 1).padStart(2, "0")}`);
  const wide = Array.from({ length: 30 }, (_, at) => `column_${at}`);
  const files = {
    "a.csv": `day,note\n${days.map((day) => `${day},"a, ${day}"`).join("\n")}\n`,
    "b.csv": "day,note\n",
    "wide.csv": `${wide.join(",")}\n${wide.map(() => "z".repeat(40)).join(",")}\n`,
    "query.sql": "select day, note, null as nothing, 9007199254740993 as big from input",
  };
  cli = await startServiceCli("dry-run", { OPERATIONS: "transform,noop" }, files);
}, 180_000);
afterAll(() => cli?.remove());

const dryRun = (...args: string[]) => cli.longshore("submit", "--dry-run", ...args);
const lines = (text: string) => text.trimEnd().split("\n");

test("the file, its columns and ten rows are printed, and nothing is submitted", async () => {
  const { code, stdout, stderr } = await dryRun("--files", "*.csv", "--sql-file", "query.sql");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "The result has more rows.\n" });
  const printed = lines(stdout);
  expect(printed.slice(0, 9)).toEqual([
    `The first file is ${cli.cwd}/a.csv`,
    "",
    "COLUMN   TYPE",
    "day      DATE",
    "note     VARCHAR",
    "nothing  INTEGER",
    "big      BIGINT",
    "",
    "day         note           nothing  big",
  ]);
  expect(printed[9]).toBe("2024-01-01  a, 2024-01-01  NULL     9007199254740993");
  expect(printed).toHaveLength(9 + 10);
  expect((await cli.longshore("list", "-o", "id")).stdout).toBe("");
});

test("-o csv has the rows alone, -o json the whole answer", async () => {
  const of = ["--files", "a.csv", "--sql", "select note, null as n from input limit 1"];
  const csv = await dryRun(...of, "-o", "csv", "--title", "T", "--workers", "2");
  expect(csv).toEqual({ code: 0, stdout: 'note,n\n"a, 2024-01-01",\n', stderr: "" });
  const answer = {
    file: `${cli.cwd}/a.csv`,
    columns: [
      { name: "note", type: "VARCHAR" },
      { name: "n", type: "INTEGER" },
    ],
    rows: [["a, 2024-01-01", null]],
    more: false,
  };
  for (const json of [["-o", "json"], ["--json"]])
    expect(JSON.parse((await dryRun(...of, ...json)).stdout)).toMatchObject(answer);
  const body = {
    dataset: { files: [`${cli.cwd}/a.csv`] },
    steps: [{ operation: "transform" as const, selection: of.at(-1) ?? "" }],
  };
  expect(await new Longshore({ url: cli.service.url }).dryRun(body)).toMatchObject(answer);
});

test("a result without rows says so", async () => {
  const ran = await dryRun("--files", "b.csv", "--sql", "select * from input");
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/\nday {2}note\n$/);
  expect(ran.stderr).toBe("The result has no rows.\n");
});

test("what fails is said with its exit code", async () => {
  const of = (sql: string, ...dataset: string[]) => dryRun(...dataset, "--sql", sql);
  const wrong = await of("select nope from input", "--did", `dir://${cli.cwd}/*.csv`);
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toMatch(/"nope" not found/);
  const none = await of("select 1", "--did", `dir://${cli.cwd}/*.parquet`);
  expect(none).toMatchObject({ code: 2, stdout: "" });
  expect(none.stderr).toMatch(/There is no file to try\. Nothing in .* matches "\*\.parquet"/);
  const noop = await dryRun("--files", "a.csv", "--operation", "noop");
  expect(noop).toMatchObject({ code: 2 });
  expect(noop.stderr).toContain('The operation "noop" has no dry run');
  const nobody = ["submit", "--dry-run", "--files", "a.csv", "--sql", "select 1"];
  const env = { LONGSHORE_URL: "http://127.0.0.1:1" };
  expect(await runCli(nobody, { cwd: cli.cwd, env })).toMatchObject({ code: 4 });
});

test.each([
  [["--dry-run", "--wait"], "--dry-run submits nothing: leave out --wait."],
  [["--dry-run", "--download", "out"], "--dry-run submits nothing: leave out --download."],
  [["-o", "csv"], "--output is only for --dry-run."],
  [["--dry-run", "-o", "csv", "--json"], "Give --json or --output csv, not both."],
])("%j is refused in words", async (options, sentence) => {
  const of = ["--files", "a.csv", "--sql", "select 1"];
  const ran = await cli.longshore("submit", ...of, ...options);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain(sentence);
});

test("on a terminal the rows fit it, and columns that do not are counted", async () => {
  const words = `submit --dry-run --files wide.csv --sql 'select * from input'`;
  const terminal = openTerminal(`sh -c "stty cols 60; ${cliForShell} ${words}; echo END"`, {
    env: cliEnvironment({ LONGSHORE_URL: cli.service.url }),
    cwd: cli.cwd,
  });
  await terminal.find(/END/, 60);
  await terminal.close();
  const shown = lines(terminal.shown().replaceAll("\r", ""));
  const rows = shown.filter((line) => line.includes("zzz"));
  expect(rows).toHaveLength(1);
  expect(shown.find((line) => line.startsWith("column_0  "))).toBeDefined();
  for (const line of shown.filter((line) => /^(column|z)/.test(line)))
    expect(line.length).toBeLessThanOrEqual(60);
  expect(terminal.shown()).toMatch(/26 more columns do not fit; -o json and -o csv have them/);
});

test("--help has an example", async () => {
  const { stdout } = await cli.longshore("submit", "--help");
  expect(stdout).toMatch(/--dry-run\s+submit nothing: run the query/);
  expect(stdout).toMatch(/submit .*--dry-run$/m);
});
