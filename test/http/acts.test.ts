// What administrators change, and what becomes of tokens, is in the log of acts: every call of the
// API, of façades and of pages that does so.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { csrfOf } from "../../src/auth/csrf.ts";
import { answerDevice } from "../../src/auth/device/decide.ts";
import { createKey } from "../../src/auth/keys/keys.ts";
import { sessionIn } from "../../src/auth/sessions.ts";
import { openFacade, usualQuota } from "../../src/users/facade-callers.ts";
import { decide } from "../../src/users/policy.ts";
import { type Api, type Call, openApi } from "../support/api.ts";
import {
  addPerson,
  addToken,
  bearer,
  browserOf,
  type Person,
  providerEnv,
} from "../support/people.ts";
import { type Case, cases, ended, withFacades } from "./every-call.ts";

let api: Api;
let root: Person;
let browser: Record<string, string>;
let ann: Person;

beforeAll(async () => {
  const env = { ENABLE_AUTH: "true", ...providerEnv, ...withFacades, STAGE_BATCH_SECONDS: "600" };
  api = await openApi({ env });
  const { ctx } = api.ledger;
  root = await addPerson(ctx, { admin: true, scopes: ["read", "submit", "admin"] });
  browser = await browserOf(ctx, root.id);
  ann = await addPerson(ctx);
});
afterAll(() => api.close());

const user: Caller = { kind: "user", owner: "ann", by: "session" };
const admin: Caller = { kind: "admin", owner: "root", by: "session" };

/** Jobs are those of who calls, whoever that is; the other two change nothing. */
const withoutActs = [
  "/isimip/api/v1/{id}",
  "/isimip/api/v2/{id}",
  "/api/v1/tape/release/{id}",
  "/api/v1/tape/archiveinfo",
];

/** What an administrator may change and others may not, or not of others. */
function isAdministrative({ method, path, access }: Case): boolean {
  if (method === "get" && !path.endsWith("/cancel")) return false;
  if (withoutActs.includes(path)) return false;
  // A finder's report is no act. There is an administrator already: first-admin.test.ts has that.
  if (access === "lookup.report" || path === "/first-admin") return false;
  const may = (caller: Caller) => decide(caller, access, "foreign") === "allowed";
  return may(admin) && !may(user);
}

const nameOf = ({ method, path }: Pick<Case, "method" | "path">) =>
  `${method.toUpperCase()} ${path}`;

/** Tokens come and go by these, too. */
const ofTokens = ["POST /oauth/token", "POST /oauth/revoke"];

/** The rest of a path, and what is sent. */
type Made = Partial<Call> & { path: string };
type Make = () => Promise<Made>;

const person = async (state: "pending" | "approved" | "suspended" = "approved") =>
  (await addPerson(api.ledger.ctx, { state })).id;
const token = async () => (await addToken(api.ledger.ctx, root.id, { admin: true })).token;

async function failed(): Promise<string> {
  const { ledger } = api;
  const id = await ledger.submit(1, { owner: ann.id });
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("no task");
  await ledger.report(task, "failure", { error: { class: "bad_input", message: "No." } });
  await ledger.ended(id);
  return id;
}

async function key(): Promise<string> {
  const wanted = { kind: "peer", name: randomUUID() } as const;
  return (await createKey(api.ledger.ctx, admin, wanted)).key.id;
}

async function notice(): Promise<string> {
  const [row] = await api.ledger.ctx.db.query<{ id: string }>(
    `INSERT INTO notices (kind, key, user_id, state, problem, tries, settled_at)
     VALUES ('welcome', $1, $2, 'failed', 'No.', 24, now()) RETURNING id`,
    [randomUUID(), ann.id],
  );
  return String(row?.id);
}

async function group(): Promise<string> {
  const made = await api.post("/v1/groups", { name: randomUUID() }, bearer(root.accessToken));
  return String(made.json().id);
}

async function inGroup(): Promise<string> {
  const path = `/v1/groups/${await group()}/members/${await person()}`;
  await api.call({ method: "PUT", path, headers: bearer(root.accessToken) });
  return path;
}

const bindingOf = async () => ({ kind: "host", target: "data.example.org", group: await group() });

const at =
  (path: string, id: () => Promise<string>, more: Partial<Call> = {}): Make =>
  async () => ({ path: path.replace(/\{\w+\}/, await id()), ...more });
const open = () => api.ledger.submit(1, { owner: ann.id });
const staged = async () => {
  const body = { files: [{ path: "/tape/a.nc" }] };
  const answer = await api.post("/api/v1/tape/stage", body, bearer(ann.accessToken));
  return String(answer.json().requestId);
};
const done = async () => (await ended(api.ledger, ann.id)).request;
const dataset = async () => (await ended(api.ledger, ann.id)).dataset;
const json = (body: object): Partial<Call> => ({ body: JSON.stringify(body) });
const sent =
  (path: string, body: object): Make =>
  async () => ({ path, ...json(body) });
const fields = (more: Record<string, string> = {}) => ({ body: String(new URLSearchParams(more)) });

async function number(): Promise<string> {
  const [row] = await api.ledger.ctx.db.query("SELECT number FROM users WHERE id = $1", [
    await person(),
  ]);
  return String(row?.number);
}

async function email(): Promise<string> {
  const address = `${randomUUID()}@uni.example`;
  await api.ledger.ctx.db.query("UPDATE users SET email = $1 WHERE id = $2", [
    address,
    await person("pending"),
  ]);
  return address;
}

async function others(): Promise<string> {
  await person();
  const [row] = await api.ledger.ctx.db.query<{ n: number }>(
    "SELECT count(*) AS n FROM users WHERE state <> 'deleted' AND id <> $1",
    [root.id],
  );
  return String(row?.n);
}

/** A program has a code that a person has approved. */
async function approvedCode(): Promise<string> {
  const { ctx } = api.ledger;
  const form = { headers: { "content-type": "application/x-www-form-urlencoded" } };
  const path = "/oauth/device_authorization";
  const begun = await api.call({ ...form, method: "POST", path, body: "client_id=x&scope=read" });
  const { device_code: device, user_code: code } = begun.json() as Record<string, string>;
  await answerDevice(
    ctx,
    { kind: "admin", owner: root.id, by: "session" },
    String(code),
    "approve",
  );
  const grant = "urn:ietf:params:oauth:grant-type:device_code";
  return `grant_type=${grant}&client_id=x&device_code=${device}`;
}

const decisions = {
  approve: "pending",
  reject: "pending",
  suspend: "approved",
  restore: "suspended",
} as const;
const ofDecisions = Object.entries(decisions).flatMap(([verb, state]): [string, Make][] => [
  [`POST /v1/users/{user}/${verb}`, at(`/v1/users/{user}/${verb}`, () => person(state))],
  [`POST /admin/users/{user}/${verb}`, at(`/admin/users/{user}/${verb}`, () => person(state))],
]);
const administrator = async () => (await addPerson(api.ledger.ctx, { admin: true })).id;

const makes = new Map<string, Make>([
  ...ofDecisions,
  ["POST /v1/requests/{id}/cancel", at("/v1/requests/{id}/cancel", open)],
  ["POST /requests/{id}/cancel", at("/requests/{id}/cancel", open)],
  ["POST /servicex/transformation/{id}/cancel", at("/servicex/transformation/{id}/cancel", open)],
  ["GET /servicex/transformation/{id}/cancel", at("/servicex/transformation/{id}/cancel", open)],
  ["DELETE /api/v1/tape/stage/{id}", at("/api/v1/tape/stage/{id}", staged)],
  [
    "POST /api/v1/tape/stage/{id}/cancel",
    at("/api/v1/tape/stage/{id}/cancel", staged, json({ paths: ["/tape/a.nc"] })),
  ],
  ["POST /v1/requests/{id}/redrive", at("/v1/requests/{id}/redrive", failed, json({}))],
  ["POST /requests/{id}/redrive", at("/requests/{id}/redrive", failed)],
  [
    "POST /v1/requests/{id}/revoke-keys",
    at("/v1/requests/{id}/revoke-keys", done, json({ kinds: ["read"] })),
  ],
  ["DELETE /v1/requests/{id}", at("/v1/requests/{id}", done)],
  ["DELETE /servicex/transformation/{id}", at("/servicex/transformation/{id}", done)],
  ["POST /requests/{id}/delete", at("/requests/{id}/delete", done, fields({ confirm: "yes" }))],
  ["DELETE /v1/datasets/{dataset}", at("/v1/datasets/{dataset}", dataset)],
  ["DELETE /servicex/datasets/{id}", at("/servicex/datasets/{id}", dataset)],
  ["PUT /v1/limits/operations/{operation}", sent("/v1/limits/operations/noop", { slots: 40 })],
  ["PUT /v1/limits/users/{owner}", sent("/v1/limits/users/ann", { share: 2 })],
  ["POST /v1/tokens", sent("/v1/tokens", { name: "a" })],
  ["DELETE /v1/tokens/{id}", at("/v1/tokens/{id}", token)],
  ["POST /v1/tokens/{id}/replace", at("/v1/tokens/{id}/replace", token)],
  ["POST /tokens", async () => ({ path: "/tokens", ...fields({ name: "b", read: "on" }) })],
  ["POST /tokens/{id}/revoke", at("/tokens/{id}/revoke", token)],
  ["POST /tokens/{id}/replace", at("/tokens/{id}/replace", token)],
  ["POST /oauth/token", async () => ({ path: "/oauth/token", body: await approvedCode() })],
  [
    "POST /oauth/revoke",
    async () => {
      const { apiToken } = await addToken(api.ledger.ctx, root.id, { admin: true });
      return { path: "/oauth/revoke", body: `token=${apiToken}` };
    },
  ],
  ["PUT /v1/me", sent("/v1/me", { name: "Root", institution: "Here", mail_when_done: false })],
  ["POST /profile", async () => ({ path: "/profile", ...fields({ name: "R", institution: "H" }) })],
  ["POST /v1/worker-tokens", sent("/v1/worker-tokens", {})],
  ["POST /v1/access-keys", sent("/v1/access-keys", { kind: "peer", name: "a finder" })],
  ["DELETE /v1/access-keys/{id}", at("/v1/access-keys/{id}", key)],
  [
    "POST /admin/keys",
    async () => ({ path: "/admin/keys", ...fields({ name: "a page's key", use: "peer" }) }),
  ],
  ["POST /admin/keys/{id}/revoke", at("/admin/keys/{id}/revoke", key)],
  ["PUT /v1/facades/{facade}/anonymous", sent("/v1/facades/servicex/anonymous", {})],
  [
    "DELETE /v1/facades/{facade}/anonymous",
    async () => {
      await openFacade(api.ledger.ctx, admin, "servicex", usualQuota);
      return { path: "/v1/facades/servicex/anonymous" };
    },
  ],
  [
    "POST /admin/groups",
    async () => ({ path: "/admin/groups", ...fields({ name: randomUUID() }) }),
  ],
  [
    "POST /admin/groups/{id}/join",
    async () => ({
      path: `/admin/groups/${await group()}/join`,
      ...fields({ person: await person() }),
    }),
  ],
  [
    "POST /admin/groups/{id}/leave",
    async () => {
      const [, id, user = ""] = /groups\/(.*)\/members\/(.*)/.exec(await inGroup()) ?? [];
      return { path: `/admin/groups/${id}/leave`, ...fields({ person: user }) };
    },
  ],
  [
    "POST /admin/groups/{id}/bind",
    async () => {
      const { group: id, ...binding } = await bindingOf();
      return { path: `/admin/groups/${id}/bind`, ...fields(binding) };
    },
  ],
  [
    "POST /admin/groups/{id}/unbind",
    async () => {
      const { group: id, ...binding } = await bindingOf();
      await api.post("/v1/bindings", { ...binding, group: id }, bearer(root.accessToken));
      return { path: `/admin/groups/${id}/unbind`, ...fields(binding) };
    },
  ],
  ["POST /admin/groups/{id}/delete", at("/admin/groups/{id}/delete", group)],
  ["POST /v1/groups", sent("/v1/groups", { name: "a group" })],
  ["DELETE /v1/groups/{id}", at("/v1/groups/{id}", group)],
  [
    "PUT /v1/groups/{id}/members/{user}",
    async () => ({ path: `/v1/groups/${await group()}/members/${await person()}` }),
  ],
  ["DELETE /v1/groups/{id}/members/{user}", async () => ({ path: await inGroup() })],
  ["POST /v1/bindings", async () => ({ path: "/v1/bindings", ...json(await bindingOf()) })],
  [
    "DELETE /v1/bindings",
    async () => {
      const binding = await bindingOf();
      await api.post("/v1/bindings", binding, bearer(root.accessToken));
      return { path: `/v1/bindings?${new URLSearchParams(binding)}` };
    },
  ],
  ["PUT /v1/users/{user}/admin", at("/v1/users/{user}/admin", person)],
  ["DELETE /v1/users/{user}/admin", at("/v1/users/{user}/admin", administrator)],
  ["POST /admin/users/{user}/admin", at("/admin/users/{user}/admin", person)],
  ["POST /admin/users/{user}/no-admin", at("/admin/users/{user}/no-admin", administrator)],
  ["DELETE /v1/users/{user}", at("/v1/users/{user}", person)],
  ["POST /admin/users/{user}/delete", at("/admin/users/{user}/delete", person)],
  ["DELETE /users/{id}", at("/users/{id}", number)],
  ["DELETE /users", at("/users?confirm={n}", others)],
  [
    "DELETE /pending",
    async () => {
      await person("pending");
      return { path: "/pending" };
    },
  ],
  ["POST /accept", async () => ({ path: "/accept", ...json({ email: await email() }) })],
  ["POST /v1/notices/{notice}/again", at("/v1/notices/{notice}/again", notice)],
  ["POST /admin/notices/{notice}/again", at("/admin/notices/{notice}/again", notice)],
]);

/** By a token, or with a form of a page. */
async function callOf({ path, body }: Made, method: string): Promise<Call> {
  const isForm = /^\/(oauth|admin|requests|tokens|profile)/.test(path);
  const type = `application/${isForm ? "x-www-form-urlencoded" : "json"}`;
  const isOauth = path.startsWith("/oauth/");
  const session = sessionIn(api.ledger.ctx, { headers: browser }) ?? "";
  const csrf = isForm && !isOauth ? `csrf=${csrfOf(api.ledger.ctx, session)}` : undefined;
  const who = isOauth ? {} : isForm ? browser : bearer(root.accessToken);
  const content = [body, csrf].filter((part) => part !== undefined).join("&");
  return {
    method,
    path,
    headers: { ...who, "content-type": type },
    ...(content !== "" && { body: content }),
  };
}

const wanted = [...cases.filter(isAdministrative).map(nameOf), ...ofTokens];

test("each call that belongs in the log of acts is tried", () => {
  expect([...makes.keys()].sort()).toEqual([...wanted].sort());
});

/** They end people that others need. */
const last = ["DELETE /pending", "DELETE /users"];

test.each([...wanted.filter((name) => !last.includes(name)), ...last])("%s", async (name) => {
  const made = await madeFor(name);
  const before = await newest();
  const answer = await api.call(await callOf(made, name.split(" ")[0] ?? ""));
  expect(answer.status, answer.text).toBeLessThan(400);
  const acts = await api.ledger.ctx.db.query(
    "SELECT act, actor, subject FROM acts WHERE id > $1 ORDER BY id",
    [before],
  );
  expect(acts, "no act is in the log").not.toEqual([]);
  const actor = name === "POST /oauth/revoke" ? "holder of the token" : root.id;
  for (const act of acts) expect(act).toMatchObject({ actor, subject: expect.stringMatching(/./) });
});

async function madeFor(name: string): Promise<Made> {
  const make = makes.get(name);
  if (!make) throw new Error(`Nobody has said how ${name} is called.`);
  return make();
}

async function newest(): Promise<number> {
  const [row] = await api.ledger.ctx.db.query<{ n: number }>(
    "SELECT coalesce(max(id), 0) AS n FROM acts",
  );
  return row?.n ?? 0;
}

test("what people do to their own requests is no act, nor what changes nothing", async () => {
  const before = await newest();
  const bob = await addPerson(api.ledger.ctx);
  const id = await api.ledger.submit(1, { owner: bob.id });
  const cancel = (who: Person) =>
    api.post(`/v1/requests/${id}/cancel`, {}, bearer(who.accessToken));
  expect((await cancel(bob)).status).toBe(200);
  await api.ledger.ended(id);
  expect((await cancel(root)).status).toBe(200);
  const own = await api.ledger.submit(1, { owner: root.id });
  await api.post(`/v1/requests/${own}/cancel`, {}, bearer(root.accessToken));
  const acts = await api.ledger.ctx.db.query("SELECT act FROM acts WHERE id > $1", [before]);
  expect(acts.filter(({ act }) => act !== "token.create")).toEqual([]);
});
