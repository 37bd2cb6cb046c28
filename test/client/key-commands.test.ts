// `longshore key`, on a real service with identity on.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { cliHere, runHere } from "../support/cli-here.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";

const printed = cliHere();
let api: Api;
let root: Person;
let ann: Person;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true" } });
  root = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "admin"] });
  ann = await addPerson(api.ledger.ctx);
});
afterAll(() => api.close());
beforeEach(() => {
  vi.stubEnv("LONGSHORE_URL", api.url);
  vi.stubEnv("LONGSHORE_TOKEN", root.apiToken);
});

const run = (...words: string[]) => runHere(printed, ["key", ...words]);

test("a key of the API is printed once, works for its person, and ends when it is revoked", async () => {
  const made = await run("create", "nightly", "--owner", ann.id, "--days", "30");
  expect(made.code, made.stderr).toBe(0);
  const secret = made.stdout.trim();
  expect(made.stderr).toContain("shown only this once");
  expect(made.stderr).not.toContain(secret);
  expect((await api.get("/v1/requests", bearer(secret))).status).toBe(200);
  const revoked = await run("revoke", "nightly");
  expect(revoked.stderr).toContain("The key nightly");
  expect((await api.get("/v1/requests", bearer(secret))).status).toBe(401);
  expect((await run("revoke", "nightly")).code).toBe(2);
});

test("a key of the façade has its folders and its number of files, and the list shows them", async () => {
  const words = ["--facade", "tape", "--roots", "/gpfs/a:/gpfs/b", "--files", "5000"];
  const made = await run("create", "gcs", "--owner", ann.id, ...words, "--json");
  const { key } = JSON.parse(made.stdout) as { key: object };
  const own = { facade: "tape", roots: ["/gpfs/a", "/gpfs/b"], most_files: 5000 };
  expect(key).toMatchObject({ name: "gcs", kind: "key", owner: ann.id, ...own });
  const listed = await run("list", "-o", "csv");
  expect(listed.stdout).toMatch(/gcs,key,.*tape,\/gpfs\/a:\/gpfs\/b,5000/);
});

test.each<[string, string[], RegExp]>([
  ["nobody to work for", [], /--owner and the id of a person, or --peer/],
  ["both", ["--owner", "x", "--peer"], /--owner and the id of a person, or --peer/],
  ["a folder that is none", ["--owner", "x", "--roots", "gpfs"], /absolute paths of folders/],
  ["another façade", ["--owner", "x", "--facade", "servicex"], /Allowed choices are tape/],
])("a key with %s is refused before the service is asked", async (_, words, sentence) => {
  const ended = await run("create", "wrong", ...words);
  expect([ended.code, ended.stdout]).toEqual([2, ""]);
  expect(ended.stderr).toMatch(sentence);
});
