// A dry run reads what its caller may not, for a page of another site, or keeps others from theirs.
import { readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { dryRun } from "../../src/requests/lifecycle/dry-run.ts";
import { type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

const root = temporaryFolder("dry-run-attacks");
const table = join(root, "table.csv");
let api: Api;

beforeAll(async () => {
  writeFileSync(table, "a\n1\n");
  symlinkSync("/etc/passwd", join(root, "link.csv"));
  const env = { INPUT_ROOTS: `${root}:${tmp()}`, DRY_RUN_SECONDS: "15" };
  api = await openApi({ env, scheduler: false });
});
afterAll(async () => {
  await api?.close();
  rmSync(root, { recursive: true, force: true });
});

/** DATA_DIR is below it, too. */
function tmp(): string {
  return join(root, "..");
}

const bodyOf = (selection: string, files = [table]) => ({
  dataset: { files },
  steps: [{ operation: "transform", selection }],
});
const inputOf = (selection: string) => ({
  dataset: { files: [table] },
  steps: [
    {
      operation: "transform",
      settings: { generator: "sql", selection, format: "csv", decimals: "keep" },
    },
  ],
});
const send = (body: unknown, headers: Record<string, string> = {}) =>
  api.post("/v1/dry-runs", body, headers);

test.each<[string, Record<string, string>, number]>([
  ["a page of another site", { origin: "http://evil.example" }, 403],
  ["a page without an origin", { origin: "null" }, 403],
  ["a call that a browser says is from elsewhere", { "sec-fetch-site": "cross-site" }, 403],
  ["another name for this host", { host: "evil.example" }, 403],
  ["a form", { "content-type": "text/plain" }, 415],
])("%s runs no query", async (_, headers, status) => {
  expect((await send(bodyOf("select a from input"), headers)).status).toBe(status);
});

test.each<[string, unknown]>([
  ["no steps", { dataset: { files: [table] }, steps: [] }],
  ["an unknown key", { ...bodyOf("select a from input"), rows: 1_000_000 }],
  ["a NUL", bodyOf("select '\0' from input")],
  ["a list in place of a body", [bodyOf("select a from input")]],
])("a body with %s is refused", async (_, body) => {
  const { status, text } = await send(body);
  expect(status, text).toBe(400);
});

test("a body without an end is not read to it", async () => {
  const body = JSON.stringify(bodyOf("x".repeat(65 * 1024 * 1024)));
  const headers = { "content-type": "application/json" };
  const answer = await api.call({ method: "POST", path: "/v1/dry-runs", headers, body });
  expect(answer.status).toBe(413);
});

test.each([
  "select * from read_text('/etc/passwd')",
  "select * from read_csv('http://127.0.0.1:1/a.csv')",
  "select * from duckdb_settings()",
  "attach '/tmp/x.db'",
  "copy (select 1) to '/tmp/dry-run-attack.csv'",
  "select * from '/proc/self/environ'",
  "set memory_limit = '1TB'",
])("the query %s is refused", async (selection) => {
  expect((await send(bodyOf(selection))).status).toBe(422);
});

test("no file of the service itself is read, and no link out of INPUT_ROOTS", async () => {
  const { dataDir } = api.ledger.ctx.config;
  const [secret = ""] = readdirSync(join(dataDir, "secrets"));
  for (const path of [join(dataDir, "secrets", secret), join(root, "link.csv"), "/etc/passwd"]) {
    const { status, text } = await send(bodyOf("select * from input", [path]));
    expect(status, text).toBe(422);
    expect(text).toContain("is not below a folder that may be read");
  }
});

test("who may not submit runs no query", async () => {
  const input = inputOf("select 1");
  const { signal: gone } = new AbortController();
  const callers: Caller[] = [
    { kind: "worker", scope: { operations: ["transform"] } },
    { kind: "operator", name: "ops" },
    { kind: "anonymous" },
    { kind: "outsider" },
  ];
  for (const caller of callers)
    await expect(dryRun(api.ledger.ctx, caller, input, { gone })).rejects.toMatchObject({
      status: expect.toSatisfy((status: number) => status === 401 || status === 403),
    });
});

test("somebody's endless queries keep nobody from a dry run for longer than one of them", async () => {
  const leaving = new AbortController();
  const dryRunAs = (owner: string, selection: string, gone: AbortSignal) =>
    dryRun(api.ledger.ctx, { kind: "user", owner }, inputOf(selection), { gone });
  const endless = "select count(*) from range(1000000000000) a, input";
  // Two work and four wait: as soon as one ends, the next begins
  const words: string[] = [];
  const eve = async (): Promise<void> => {
    while (!leaving.signal.aborted)
      await dryRunAs("eve", endless, leaving.signal).catch(({ message }: Error) =>
        words.push(message),
      );
  };
  const eves = Array.from({ length: 7 }, eve);
  await until(() => words.includes("Too many dry runs are going on now."));
  const bob = await dryRunAs("bob", "select a from input", leaving.signal);
  expect(bob).toMatchObject({ rows: [["1"]] });
  leaving.abort();
  await Promise.all(eves);
});
