// A busy machine keeps the processor from the check of a query: the submit is accepted and says so.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSqlGenerator } from "../../src/operations/transform/sql/index.ts";
import { warningsOf } from "../../src/requests/read/warnings.ts";
import { type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { processes } from "../support/processes.ts";

const root = temporaryFolder("starved-checks");
const table = join(root, "table.csv");
let api: Api;

beforeAll(async () => {
  writeFileSync(table, "a\n1\n");
  api = await openApi({ env: { INPUT_ROOTS: root }, scheduler: false });
});
afterAll(async () => {
  await api?.close();
  rmSync(root, { recursive: true, force: true });
});

const submit = (selection: string) =>
  api.post("/v1/requests", {
    dataset: { files: [table] },
    steps: [{ operation: "transform", selection }],
  });

const queryProcesses = () =>
  processes("sql/program")
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid);

/** The query process that waits for the next check gets no processor from now on. */
function starve(others = new Set<number>()): void {
  const waiting = queryProcesses().filter((pid) => !others.has(pid));
  expect(waiting).toHaveLength(1);
  for (const pid of waiting) process.kill(pid, "SIGSTOP");
}

test("a query whose check got no processor is accepted with a warning, and the next is checked", async () => {
  expect((await submit("select a from input")).status).toBe(201);
  starve();
  const accepted = await submit("select b from input");
  expect(accepted.status).toBe(201);
  const { id } = accepted.json() as { id: string };
  expect(await warningsOf(api.ledger.ctx, id)).toMatchObject([
    { code: "unchecked", message: expect.stringContaining("took longer than 10 seconds") },
  ]);
  expect((await submit("select b from input")).status).toBe(422);
});

test("a query whose file could not be read in time is not taken for checked", async () => {
  const generator = makeSqlGenerator();
  const names = { path: table, name: table, read: {} };
  const input = { ...names, format: "csv", gzip: false, encoding: "utf-8" } as const;
  const check = (seconds = 10) =>
    generator.check({ selection: "select b from input", input, seconds });
  const others = new Set(queryProcesses());
  expect(await check()).toEqual({ problem: expect.stringContaining('"b" not found') });
  starve(others);
  expect(await check(1)).toEqual({
    unchecked: expect.stringContaining("took longer than 1 seconds"),
  });
});
