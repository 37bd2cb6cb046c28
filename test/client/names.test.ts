// Requests are named by number, by the first digits of the id, or as the last one.
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "../../src/requests/views.ts";
import { cliEnvironment, cliForShell, startProgram } from "../support/cli.ts";
import type { Service } from "../support/service.ts";
import { type ServiceCli, startServiceCli } from "../support/service-cli.ts";
import { until } from "../support/wait.ts";

let cli: ServiceCli;
let service: Service;
/** canceled requests, oldest first; their numbers count from 1 */
const ids: string[] = [];
/** a copy of the first in the database, whose id has the same first eight digits */
let twin: string;

beforeAll(async () => {
  cli = await startServiceCli("names", { RUNNER: "external", OPERATIONS: "noop" });
  service = cli.service;
  for (const title of ["One", "Two", "Three"]) ids.push(await submit(title));
  expect((await longshore("cancel", ...ids)).code).toBe(0);
  for (const id of ids) await until(async () => (await stateOf(id)) === "canceled");
  const [first = ""] = ids;
  twin = `${first.slice(0, 9)}${"0000-0000-0000-000000000000"}`;
  await copyRequest(first, twin);
}, 180_000);

afterAll(() => cli?.remove());

const longshore = (...args: string[]) => cli.longshore(...args);

/** Returns once its file is registered. */
async function submit(title: string): Promise<string> {
  const words = ["submit", "--files", "a", "--operation", "noop", "--title", title];
  const id = (await longshore(...words)).stdout.trim();
  await until(async () => {
    const { waiting, queued } = (await viewOf(id)).counters;
    return waiting + queued === 1;
  });
  return id;
}

async function viewOf(id: string): Promise<RequestView> {
  return JSON.parse((await longshore("show", id, "--json")).stdout) as RequestView;
}

const stateOf = async (id: string) => (await viewOf(id)).state;

async function copyRequest(from: string, to: string): Promise<void> {
  const client = new Client({ connectionString: service.databaseUrl });
  await client.connect();
  const copy = (table: string, key: string, change: object) =>
    client.query(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(t, $2::jsonb)).* FROM ${table} t
       WHERE ${key} = $1`,
      [from, change],
    );
  try {
    await copy("requests", "id", { id: to, number: 1_000, title: "Twin", idempotency_key: null });
    await copy("request_steps", "request_id", { request_id: to });
  } finally {
    await client.end();
  }
}

test.each<[string, () => string]>([
  ["its number", () => "2"],
  ["the first digits of its id", () => (ids[1] ?? "").slice(0, 8)],
  ["the first digits in capitals", () => (ids[1] ?? "").slice(0, 10).toUpperCase()],
  ["its whole id", () => ids[1] ?? ""],
])("a request is named by %s", async (_, word) => {
  const { stdout, code } = await longshore("show", word(), "-o", "id");
  expect({ stdout, code }).toEqual({ stdout: `${ids[1]}\n`, code: 0 });
  expect((await longshore("files", word(), "-o", "csv")).stdout).toMatch(/\n\d+,canceled,1,/);
  expect((await longshore("watch", word())).code).toBe(5);
  expect((await longshore("errors", word())).code).toBe(0);
  const receipt = JSON.parse((await longshore("receipt", word())).stdout) as {
    receipt: { request: { id: string } };
  };
  expect(receipt.receipt.request.id).toBe(ids[1]);
});

test("an ambiguous beginning is refused with those that it may be", async () => {
  const [first = ""] = ids;
  const { code, stdout, stderr } = await longshore("cancel", first.slice(0, 8));
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`Several requests begin with ${first.slice(0, 8)}`);
  expect(stderr).toMatch(new RegExp(`\n  1  ${first}  canceled  .*  One\n`));
  expect(stderr).toMatch(new RegExp(`\n  1000  ${twin}  canceled  .*  Twin\n`));
  const enough = await longshore("show", first.slice(0, 13), "-o", "id");
  expect(enough.stdout).toBe(`${first}\n`);
});

test.each([
  ["999", "There is no request 999."],
  ["ffff0000", "There is no request ffff0000."],
  ["ffff-0000", "beginning of a request's id"],
])("%s names none", async (word, sentence) => {
  const { code, stderr } = await longshore("show", word);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

test("@last is the newest", async () => {
  const id = await submit("Newest");
  expect((await longshore("show", "@last", "-o", "id")).stdout).toBe(`${id}\n`);
  expect((await longshore("cancel", "@last")).code).toBe(0);
  await until(async () => (await stateOf(id)) === "canceled");
});

describe("several requests", () => {
  test("are shown one after another, and as one list", async () => {
    const { stdout } = await longshore("show", "1", "2", "3");
    expect(stdout.match(/^number +\d$/gm)).toEqual(["1", "2", "3"].map((n) => `number     ${n}`));
    const list = JSON.parse((await longshore("show", "2", "3", "--json")).stdout) as unknown[];
    expect(list).toMatchObject([{ number: 2 }, { number: 3 }]);
    expect((await longshore("show", "2", "3", "-o", "csv")).stdout.trim().split("\n")).toHaveLength(
      3,
    );
  });

  test("are not touched where one is not there", async () => {
    const id = await submit("Stays");
    const { code, stderr } = await longshore("cancel", id, "999");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "longshore: There is no request 999.\n" });
    expect(await stateOf(id)).not.toMatch(/cancel/);
    await longshore("cancel", id);
  });

  test("are all tried, and the first that is refused gives the code", async () => {
    const { code, stdout, stderr } = await longshore("redrive", "1", "2");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    for (const id of ids.slice(0, 2)) expect(stderr).toContain(`longshore: ${id}: `);
  });
});

describe("delete", () => {
  /** What a person sees who types this answer. */
  async function typed(answer: string, command: string): Promise<string> {
    const line = `${cliForShell} ${command}; echo code \\$?`;
    const typing = `printf '${answer}\\n' | script -qec "${line}" /dev/null`;
    const env = cliEnvironment({ LONGSHORE_URL: service.url });
    return (await startProgram("sh", ["-c", typing], { cwd: cli.cwd, env }).ended).stdout;
  }

  test("asks on a terminal, and deletes nothing without a yes", async () => {
    const id = await submit("Asked");
    await longshore("cancel", id);
    await until(async () => (await stateOf(id)) === "canceled");
    const shown = await typed("n", `delete ${id.slice(0, 13)}`);
    expect(shown).toContain(`${id}: canceled, 0 of 1 files done, Asked`);
    expect(shown).toContain("Delete this request and its results? [y/N]");
    expect(shown).toMatch(/Nothing is deleted\.[\s\S]*code 1/);
    expect(await stateOf(id)).toBe("canceled");
    expect(await typed("y", `delete ${id}`)).toMatch(/is deleted\.[\s\S]*code 0/);
    expect((await longshore("show", id)).code).toBe(2);
  });

  test("does not ask with --yes, nor where there is no terminal", async () => {
    expect(await typed("", "delete 2 --yes")).not.toContain("[y/N]");
    expect((await longshore("show", ids[1] ?? "")).code).toBe(2);
    const { code, stdout } = await longshore("delete", "3", "--json");
    expect({ code, deleted: JSON.parse(stdout) }).toEqual({
      code: 0,
      deleted: { deleted: ids[2] },
    });
  });
});

test("the API refuses a beginning that is none", async () => {
  for (const [query, status] of [
    ["id_prefix=12", 400],
    ["id_prefix=xyzw", 400],
    ["id_prefix=ffff-", 400],
    ["number=0", 400],
    ["number=999999999", 200],
  ] as const)
    expect((await fetch(`${service.url}/v1/requests?${query}`)).status).toBe(status);
});
