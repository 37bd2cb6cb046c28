// Every call of the OpenAPI document, of façades and of pages, with every kind of credential, as
// real rows: what happens is what test/http/decided.ts says.
import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { csrfOf } from "../../src/auth/csrf.ts";
import { createKey, type WantedKey } from "../../src/auth/keys/keys.ts";
import { sessionIn } from "../../src/auth/sessions.ts";
import { makeTokenKeys } from "../../src/auth/tokens/jwt.ts";
import { revokeToken } from "../../src/auth/tokens/tokens.ts";
import { openFacade, usualQuota } from "../../src/users/facade-callers.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { addPerson, addToken, bearer, browserOf, type Person } from "../support/people.ts";
import { columns, decided } from "./decided.ts";
import {
  addressOf,
  type Case,
  cases,
  contentOf,
  ended,
  type Fixture,
  isOfDataset,
  isOfRequest,
  withFacades,
} from "./every-call.ts";

const folder = temporaryFolder("matrix");
let api: Api;
let ann: Person;
/** by the columns of the table */
let credentials: Map<string, Record<string, string>>;

beforeAll(async () => {
  writeFileSync(join(folder, "a.nc"), "NetCDF");
  api = await openApi({ env: { ENABLE_AUTH: "true", ...withFacades, ISIMIP_INPUT_PATH: folder } });
  const { ctx } = api.ledger;
  ann = await addPerson(ctx);
  const root = await addPerson(ctx, { admin: true, scopes: ["read", "submit", "admin"] });
  const of = async (...options: Parameters<typeof addPerson>) =>
    (await addPerson(...options)).accessToken;
  const token = async (...options: Parameters<typeof addToken>) =>
    (await addToken(...options)).accessToken;
  const sent = new Map([
    ["own", ann.accessToken],
    ["oth", await of(ctx)],
    ["rdr", await token(ctx, ann.id, { scopes: ["read"] })],
    ["new", await of(ctx, { state: "new" })],
    ["pen", await of(ctx, { state: "pending" })],
    ["rej", await of(ctx, { state: "rejected" })],
    ["sus", await of(ctx, { state: "suspended" })],
    ["del", await deleted()],
    ["adm", root.accessToken],
    ["adu", await token(ctx, root.id, { admin: true })],
    ["non", undefined],
    ["exp", await ctx.tokenKeys.sign("access", { ...claimsOf(ann), exp: 1_700_000_000 })],
    ["rev", await revoked()],
    ["frg", await makeTokenKeys([Buffer.alloc(32, 7)]).sign("access", claimsOf(ann))],
    ["api", ann.apiToken],
    ["wrk", await ctx.workTokens.issue({}, 600)],
    ["wro", await ctx.workTokens.issue({ request: randomUUID() }, 600)],
    ["key", await key({ kind: "key", name: "of the owner", owner: ann.id })],
    ["peer", await key({ kind: "peer", name: "a finder" })],
  ]);
  credentials = new Map(
    [...sent].map(([column, one]) => [column, one === undefined ? {} : bearer(one)]),
  );
  credentials.set("ses", await browserOf(ctx, ann.id));
  const out = await browserOf(ctx, ann.id);
  await api.call({ method: "POST", path: "/sign-out", ...form(out) });
  credentials.set("out", out);
  credentials.set("fac", {});
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const claimsOf = ({ id, token }: Person) => ({
  sub: id,
  jti: randomUUID(),
  tid: token,
  scopes: ["read" as const, "submit" as const],
});

async function key(wanted: WantedKey): Promise<string> {
  const caller = { kind: "admin", owner: "root", by: "session" } as const;
  return (await createKey(api.ledger.ctx, caller, wanted)).secret;
}

async function revoked(): Promise<string> {
  const { ctx } = api.ledger;
  const { token, accessToken } = await addToken(ctx, ann.id);
  await revokeToken(ctx, { kind: "user", owner: ann.id, by: "session" }, token);
  return accessToken;
}

async function deleted(): Promise<string> {
  const { people } = api.ledger.ctx;
  const { id, accessToken } = await addPerson(api.ledger.ctx);
  await people.write((db) => moveUser(db, id, "remove"));
  people.changed(id);
  return accessToken;
}

/** What is served beside the lists of routes, endpoints and pages. */
const others: Case[] = [
  { method: "get", path: "/docs", access: "service.read" },
  { method: "get", path: "/open", access: "service.health" },
  { method: "get", path: "/objects/{id}/{result}", access: "service.health" },
  { method: "put", path: "/objects/{id}/{result}", access: "service.health" },
];
/** It ends accounts that the others need. */
const isLast = ({ method, path }: Case) => method === "delete" && path === "/pending";
const all = [...cases.filter((it) => !isLast(it)), ...others, ...cases.filter(isLast)];
const nameOf = ({ method, path }: Pick<Case, "method" | "path">) =>
  `${method.toUpperCase()} ${path}`;

/** What a form of a page for this session has. */
function csrfField(headers: Record<string, string>): string {
  const { ctx } = api.ledger;
  const session = sessionIn(ctx, { headers });
  return session === undefined ? "" : `&csrf=${csrfOf(ctx, session)}`;
}

function form(headers: Record<string, string>): { headers: Record<string, string>; body: string } {
  const type = "application/x-www-form-urlencoded";
  return { headers: { ...headers, "content-type": type }, body: csrfField(headers).slice(1) };
}

const marks: Record<number, string> = { 401: "1", 403: "3", 404: "4" };
/** Of what is the same for everybody, a cache may keep a copy. */
const mayBeKept = /^\/assets\//;

test("somebody has decided about every call, and about no other", async () => {
  const { paths } = (await api.get("/openapi.json")).json() as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => nameOf({ method, path })),
  );
  const served = new Set([...documented, ...all.map(nameOf)]);
  expect([...decided.keys()].sort()).toEqual([...served].sort());
  for (const [name, row] of decided) expect(row, name).toHaveLength(columns.length);
  expect(columns).toEqual([...credentials.keys()]);
});

let shared: Fixture | undefined;

test.each(all.map((it) => ({ it, name: nameOf(it) })))("$name", async ({ it }) => {
  expect(await wrongFor(it, columns.filter(isAlways))).toEqual([]);
});

/** The last column is that of façades which are open. */
const isAlways = (column: string) => column !== "fac";

test("callers without a name, while façades take them", async () => {
  const { ctx } = api.ledger;
  for (const facade of ["servicex", "isimip"] as const)
    await openFacade(ctx, { kind: "system", name: "test" }, facade, usualQuota);
  const wrong: string[] = [];
  for (const it of all.filter((one) => !one.path.startsWith("/v1/facades/")))
    wrong.push(...(await wrongFor(it, ["fac"])).map((problem) => `${nameOf(it)} ${problem}`));
  expect(wrong).toEqual([]);
});

async function wrongFor(it: Case, tried: readonly string[]): Promise<string[]> {
  const { ledger } = api;
  const changes = it.method !== "get" || it.path.endsWith("/cancel");
  const internal = it.path.includes("/internal/");
  const spoils = changes && !internal && (isOfRequest(it) || isOfDataset(it));
  shared ??= await ended(ledger, ann.id);
  const common = shared;
  const fresh = async () => ({
    fixture: spoils ? await ended(ledger, ann.id) : common,
    more: await freshId(it.path),
  });
  let of = await fresh();
  async function problemsOf(column: string, wanted: string | undefined): Promise<string[]> {
    const headers = credentials.get(column) ?? {};
    const answer = await api.call({
      method: it.method.toUpperCase(),
      path: addressOf(it, of.fixture, ledger, { result: "one", ...of.more }),
      ...contentOf(it, headers, of.fixture, csrfField(headers)),
    });
    const mark = marks[answer.status] ?? "+";
    if (changes && mark === "+") of = await fresh();
    if (it.path === "/sign-out") credentials.set("ses", await browserOf(ledger.ctx, ann.id));
    const problem = mark === wanted ? problemOf(it, answer) : `it is ${mark}`;
    return problem ? [`${column}: ${problem} (${answer.status} ${answer.text.slice(0, 200)})`] : [];
  }
  const row = decided.get(nameOf(it)) ?? [];
  const problems = (column: string) => problemsOf(column, row[columns.indexOf(column)]);
  if (!changes) return (await Promise.all(tried.map(problems))).flat();
  const wrong: string[] = [];
  for (const column of tried) wrong.push(...(await problems(column)));
  return wrong;
}

async function freshId(path: string): Promise<Record<string, string>> {
  const { ctx } = api.ledger;
  if (/^(\/v1)?\/tokens\//.test(path)) return { id: (await addToken(ctx, ann.id)).token };
  if (path.includes("{user}")) return { user: (await addPerson(ctx, { state: "pending" })).id };
  if (/^\/isimip\/api\/.*\{id\}$/.test(path)) return { id: await jobOfAnn(path) };
  if (path === "/users/{id}") return { id: await numberOf(await addPerson(ctx)) };
  if (!/^\/(v1\/access-|admin\/)keys\//.test(path)) return {};
  const caller = { kind: "admin", owner: "root", by: "session" } as const;
  return { id: (await createKey(ctx, caller, { kind: "peer", name: randomUUID() })).key.id };
}

/** `path`: of a call for a job, of either version. */
async function jobOfAnn(path: string): Promise<string> {
  const bbox = [0, 10, 0, 10];
  const root = path.replace(/\/\{id\}$/, "");
  const what = root.endsWith("v1")
    ? { task: "cutout_bbox", bbox }
    : { operations: [{ operation: "cutout_bbox", bbox }] };
  const posted = await api.post(root, { paths: ["a.nc"], ...what }, bearer(ann.accessToken));
  expect(posted.status, posted.text).toBeLessThan(300);
  return String(posted.json().id);
}

async function numberOf({ id }: Person): Promise<string> {
  const [row] = await api.ledger.ctx.db.query("SELECT number FROM users WHERE id = $1", [id]);
  return String(row?.number);
}

function problemOf({ path }: Case, { status, headers, text }: Answer): string | undefined {
  if (status >= 500) return "it failed";
  const cached = headers["cache-control"] ?? "nothing";
  if (!mayBeKept.test(path) && !/\bno-store\b/.test(cached)) return `caches are told ${cached}`;
  for (const { authorization, cookie } of credentials.values()) {
    const secret = authorization?.split(" ")[1] ?? cookie?.split("=")[1];
    if (secret !== undefined && text.includes(secret)) return "it shows a credential";
  }
  return undefined;
}
