import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { runCommand } from "../../src/client/cli/run-command.ts";
import { cliHere } from "../support/cli-here.ts";
import { temporaryFolder } from "../support/folder.ts";

const home = process.cwd();
const printed = cliHere();
let cwd: string;
const nobody = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";

beforeAll(() => {
  cwd = temporaryFolder("usage");
  mkdirSync(`${cwd}/folder`);
  writeFileSync(`${cwd}/a.csv`, "x\n1\n");
  writeFileSync(`${cwd}/empty`, " \n");
  writeFileSync(`${cwd}/bytes`, Buffer.of(0xff, 0xfe, 0x00));
  writeFileSync(`${cwd}/large`, " ".repeat(1024 * 1024 + 1));
  writeFileSync(`${cwd}/list`, "a.csv\n\nb.csv\n");
  process.chdir(cwd);
});

afterAll(() => {
  process.chdir(home);
  rmSync(cwd, { recursive: true });
});

beforeEach(() => {
  // Port 1 is never a service of ours.
  vi.stubEnv("LONGSHORE_URL", "http://127.0.0.1:1");
});

const submit = (...more: string[]) => ["submit", "--files", "a.csv", ...more];

describe("used wrongly, it says what is allowed and ends with 2", () => {
  test.each<[string, string[], RegExp]>([
    ["no command", [], /Usage: longshore/],
    ["an unknown command", ["sbmit"], /unknown command 'sbmit'[\s\S]*Did you mean submit/],
    [
      "an unknown option",
      submit("--sql", "select 1", "--titel", "x"),
      /unknown option '--titel'[\s\S]*Did you mean --title/,
    ],
    ["an option without its value", ["submit", "--sql"], /argument missing/],
    ["no dataset", ["submit", "--sql", "select 1"], /--files or --did/],
    ["two datasets", submit("--did", "dir:///a", "--sql", "select 1"), /either --files or --did/],
    ["nothing to do", submit(), /--sql, --operation and --steps/],
    ["two things to do", submit("--sql", "select 1", "--operation", "noop"), /not several/],
    [
      "a wrong path",
      ["submit", "--files", "b.csv", "--sql", "select 1"],
      /There is no file .*b\.csv/,
    ],
    [
      "a pattern that matches nothing",
      ["submit", "--files", "*.parquet", "--sql", "select 1"],
      /No file matches \*\.parquet/,
    ],
    ["a folder", ["submit", "--files", "folder", "--sql", "select 1"], /is a folder/],
    [
      "an unknown format",
      submit("--sql", "select 1", "--format", "excel"),
      /Allowed choices are parquet, csv, json/,
    ],
    ["a format of nothing", submit("--operation", "noop", "--format", "csv"), /--sql/],
    [
      "two queries",
      submit("--sql", "select 1", "--sql-file", "q.sql"),
      /either --sql or --sql-file/,
    ],
    [
      "a query that is not there",
      submit("--sql-file", "q.sql"),
      /q\.sql cannot be read \(ENOENT\)/,
    ],
    ["a query in a folder", submit("--sql-file", "folder"), /folder cannot be read \(EISDIR\)/],
    ["an empty query", submit("--sql-file", "empty"), /--sql-file: empty is empty/],
    ["a query that is no text", submit("--sql-file", "bytes"), /bytes is not UTF-8/],
    ["an endless query", submit("--sql-file", "large"), /more than 1048576 bytes/],
    [
      "two texts of one input",
      ["submit", "--files-from", "-", "--sql", "-"],
      /either the query or the list/,
    ],
    [
      "a list with a file that is not there",
      ["submit", "--files-from", "list", "--sql", "select 1"],
      /There is no file .*b\.csv/,
    ],
    ["steps that are no JSON", submit("--steps", "[{"), /JSON list/],
    ["steps that are no list", submit("--steps", "{}"), /JSON list/],
    [
      "settings that are no object",
      submit("--operation", "noop", "--settings", "[]"),
      /JSON object/,
    ],
    ["no workers", submit("--sql", "select 1", "--workers", "0"), /whole number from 1 to 100000/],
    [
      "a deadline in words",
      submit("--sql", "select 1", "--deadline", "soon"),
      /time such as 90s, 10m, 2h, 1d or 1h30m, .*at least 1s, at most 366d/,
    ],
    [
      "more than all failed",
      submit("--sql", "select 1", "--stop-after-failed", "101"),
      /up to 100/,
    ],
    ["an empty title", submit("--sql", "select 1", "--title", ""), /1 to 500 characters/],
    [
      "a key with a line in it",
      submit("--sql", "select 1", "--idempotency-key", "a\nb"),
      /printable ASCII/,
    ],
    ["a URL that is none", ["list", "--url", "localhost:5000"], /http:\/\/ or https:\/\//],
    ["an unknown state", ["list", "--state", "runing"], /Allowed choices are submitted/],
    ["a limit in words", ["list", "--limit", "all"], /whole number from 1 to 200/],
    ["more than a page", ["files", nobody, "--limit", "1001"], /whole number from 1 to 1000/],
    ["a step before the first", ["files", nobody, "--step", "0"], /whole number from 1 to 1000/],
    [
      "a file's state of a request's",
      ["files", nobody, "--state", "complete"],
      /Allowed choices are waiting/,
    ],
    ["no request", ["show"], /missing required argument 'request'/],
    ["an id that is none", ["show", "mine"], /first digits/],
    ["an id that is too short", ["show", "abc"], /first digits \(four or more\)/],
    ["a file of several requests", ["show", "1", "2", "--file", "1"], /for one request/],
    ["files of several requests", ["redrive", "1", "2", "--file", "1"], /for one request/],
    ["an id that is none, to watch", ["watch", "x"], /id of a request/],
    ["an id that is none, to cancel", ["cancel", "x"], /id of a request/],
    ["an id that is none, to download", ["download", "x"], /id of a request/],
    ["an id that is none, to audit", ["audit", "--request", "x"], /id of a request/],
    ["too many arguments", ["watch", nobody, "now"], /too many arguments/],
    ["unknown operations", ["worker", "--operations", "noop,dance"], /known: /],
    ["operations with blanks", ["worker", "--operations", "no op"], /names of operations/],
    ["reports by a queue without a broker", ["worker", "--reports", "queue"], /set QUEUE_URL/],
    ["a way to report that is none", ["worker", "--reports", "mail"], /choices are http, queue/],
    ["no concurrency", ["worker", "--concurrency", "0"], /whole number from 1 to 1000/],
    ["an unknown subcommand", ["db", "ulr"], /unknown command 'ulr'/],
    ["an error that is none", ["redrive", nobody, "--error", ""], /1 to 100 characters/],
    ["a file in words", ["redrive", nobody, "--file", "1", "two"], /whole number from 1/],
    ["no receipt", ["receipt"], /Give the id of a request, or a file/],
    ["keys for nothing", ["receipt", nobody, "--key", "a.csv"], /--key is only for --verify/],
    [
      "a receipt that is not there",
      ["receipt", "--verify", "none.json"],
      /none\.json cannot be read \(ENOENT\): it does not exist; check the path\.$/m,
    ],
    [
      "a receipt below a file",
      ["receipt", "--verify", "a.csv/x"],
      /a\.csv\/x cannot be read \(ENOTDIR\): .* is a file, not a folder; check the path\.$/m,
    ],
    [
      "keys that are none",
      ["receipt", "--verify", "a.csv", "--key", "a.csv"],
      /not a JSON Web Key Set/,
    ],
    ["a dataset in words", ["datasets", "show", "mine"], /whole number from 1/],
    ["too many datasets", ["datasets", "--limit", "201"], /whole number from 1 to 200/],
    ["a folder without a database", ["audit"], /There is no database in/],
  ])("%s", async (_, args, words) => {
    const code = await runCommand(args);
    expect(printed.stderr).toMatch(words);
    expect(printed.stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout: printed.stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("a senseless setting", async () => {
    vi.stubEnv("LONGSHORE_URL", "five");
    expect(await runCommand(["list"])).toBe(2);
    expect(printed.stderr).toContain('LONGSHORE_URL is "five": allowed is');
    vi.stubEnv("DATABASE_URL", "mysql://x");
    expect(await runCommand(["migrate"])).toBe(2);
    expect(printed.stderr).toContain('DATABASE_URL is "mysql://x": allowed is');
  });
});

describe.each(["LONGSHORE_URL", "--url"])("credentials in %s are refused and not shown", (name) => {
  test.each([
    "http://ann:hunter2secret@127.0.0.1:1/?token=alsosecret",
    "http://ann:hun'ter2secret@127.0.0.1:1",
    "http://ann:hun ter2secret@127.0.0.1:1",
    'http://ann:hun"ter2secret@127.0.0.1:1',
    "http://ann:hun<ter2secret@127.0.0.1:1",
    "ann:hunter2secret@127.0.0.1:1",
  ])("%s", async (url) => {
    if (name === "LONGSHORE_URL") vi.stubEnv(name, url);
    expect(await runCommand(name === "--url" ? ["list", "--url", url] : ["list"])).toBe(2);
    expect(printed.stderr).toContain(name);
    expect(printed.stderr).toContain("without a query, a user or a password");
    expect(printed.stderr).not.toMatch(/ann|hun|secret/);
  });
});

describe("where nothing answers, it says what to do next and ends with 4", () => {
  test.each([
    ["list"],
    ["show"],
    ["files"],
    ["errors"],
    ["redrive"],
    ["cancel"],
    ["delete"],
    ["download"],
    ["receipt"],
    ["datasets"],
  ])("longshore %s", async (command) => {
    const code = await runCommand(
      ["list", "datasets"].includes(command) ? [command] : [command, nobody],
    );
    expect(printed.stderr).toMatch(
      /No Longshore service answers at http:\/\/127\.0\.0\.1:1[\s\S]* start`, or give its address/,
    );
    expect({ code, stdout: printed.stdout }).toEqual({ code: 4, stdout: "" });
  });

  test("longshore submit", async () => {
    expect(await runCommand(submit("--sql", "select 1"))).toBe(4);
  });

  test("a port that fetch never calls is no outage, and not waited for", async () => {
    const began = performance.now();
    expect(await runCommand(["download", nobody])).toBe(4);
    expect(printed.stderr).toContain(
      "(BAD_PORT): browsers and `fetch` never call this port; choose another.",
    );
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("a database that is not running has no URL", async () => {
    expect(await runCommand(["db", "url"])).toBe(4);
    expect(printed.stderr).toContain("is not running");
  });

  test("a database that is unavailable", async () => {
    vi.stubEnv("DATABASE_URL", "postgresql://127.0.0.1:1/x");
    expect(await runCommand(["migrate"])).toBe(4);
    expect(await runCommand(["audit"])).toBe(4);
  });
});

test.each([["--help"], ["submit --help"], ["--version"]])(
  "longshore %s is data, and no mistake",
  async (args) => {
    const code = await runCommand(args.split(" "));
    expect({ code, stderr: printed.stderr }).toEqual({ code: 0, stderr: "" });
    expect(printed.stdout).toMatch(/Usage: longshore|^\d+\.\d+\.\d+/);
  },
);
