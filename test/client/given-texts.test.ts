// Queries and lists of files that are read from files and from standard input.
import { rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliEnvironment, cliForShell, startProgram } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";

let service: Service;
let cwd: string;

beforeAll(async () => {
  cwd = temporaryFolder("texts");
  writeFileSync(`${cwd}/a.csv`, "x\n1\n");
  writeFileSync(`${cwd}/b.csv`, "x\n2\n");
  writeFileSync(`${cwd}/q.sql`, "\ufeffselect x\nfrom input -- of the file\n");
  service = await startService({ INPUT_ROOTS: cwd, RUNNER: "external", OPERATIONS: "transform" });
}, 180_000);

afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

interface Submitted {
  dataset: { files: number };
  steps: object[];
}

/** A line of sh, in which `longshore` is the command line. */
async function typed(line: string): Promise<Submitted> {
  const env = cliEnvironment({ LONGSHORE_URL: service.url });
  const typed = line.replace("longshore", cliForShell);
  const ran = await startProgram("sh", ["-c", typed], { cwd, env }).ended;
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as Submitted;
}

test("a query is read from a file", async () => {
  const { steps } = await typed("longshore submit --files a.csv --sql-file q.sql --json");
  expect(JSON.stringify(steps)).toContain(String.raw`"select x\nfrom input -- of the file\n"`);
});

test.each(["--sql -", "--sql-file -"])("%s is standard input", async (option) => {
  const line = `echo 'select 1 as one' | longshore submit --files a.csv ${option} --json`;
  expect(JSON.stringify((await typed(line)).steps)).toContain(String.raw`"select 1 as one\n"`);
});

test("a list of files from standard input is taken besides --files", async () => {
  const line = "echo b.csv | longshore submit --files-from - --files a.csv --sql-file q.sql --json";
  expect((await typed(line)).dataset.files).toBe(2);
});
