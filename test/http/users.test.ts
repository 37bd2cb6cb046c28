// Accounts by calls of administrators, with identity on.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/http/routes/index.ts";
import { actPage, peoplePage } from "../../src/http/schemas/people.ts";
import { keepingAnAdmin } from "../../src/users/admin-store.ts";
import { changeAdmin } from "../../src/users/admins.ts";
import { moveUser } from "../../src/users/move-store.ts";
import type { Action } from "../../src/users/policy.ts";
import { removeUser } from "../../src/users/remove.ts";
import { type UserState, userMoves, userStates } from "../../src/users/state.ts";
import { suspend } from "../../src/users/suspend.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { openLedger } from "../support/context.ts";
import { addPerson, bearer, type Person, type PersonOptions } from "../support/people.ts";
import { until } from "../support/wait.ts";

let api: Api;
let root: Person;
const everything = ["read", "submit", "admin"] as const;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true" }, scheduler: false });
  root = await person({ admin: true, scopes: [...everything] });
});
afterAll(() => api.close());

const person = (options?: PersonOptions) => addPerson(api.ledger.ctx, options);
const as = ({ accessToken }: Pick<Person, "accessToken">) => bearer(accessToken);
const noop = { dataset: { files: ["/b"] }, steps: [{ operation: "noop" }] };
const codeOf = (answer: Answer) => String(answer.json().type).replace("urn:longshore:problem:", "");

const get = (path: string, by = root) => api.get(path, as(by));
const post = (path: string, by = root) => api.post(path, {}, as(by));
const call = (method: string, path: string, by = root) =>
  api.call({ method, path, headers: as(by) });

interface Account {
  id: string;
  number: number;
  state: UserState;
  admin: boolean;
}

async function pageOf(path: string): Promise<{ items: Account[]; next: string | null }> {
  return (await get(path)).json() as unknown as { items: Account[]; next: string | null };
}

async function actsOn(subject: string): Promise<unknown[]> {
  const { items } = (await get(`/v1/acts?subject=${subject}`)).json();
  return (items as { act: string; actor: string }[]).map(({ act, actor }) => [act, actor]);
}

async function inState(state: UserState): Promise<string> {
  const { id } = await person();
  if (state === "deleted") expect((await call("DELETE", `/v1/users/${id}`)).status).toBe(204);
  else await api.ledger.ctx.db.query("UPDATE users SET state = $2 WHERE id = $1", [id, state]);
  return id;
}

async function stateOf(id: string): Promise<unknown> {
  return (await get(`/v1/users/${id}`)).json().state;
}

test("accounts are listed by state and in pages, the newest first, for administrators", async () => {
  for (const state of userStates) await inState(state);
  const whole = await pageOf("/v1/users?limit=500");
  expect(peoplePage.strict().safeParse(whole).error).toBeUndefined();
  const numbers = whole.items.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((one, other) => other - one));
  expect(new Set(whole.items.map(({ state }) => state))).toEqual(
    new Set(userStates.filter((state) => state !== "deleted")),
  );
  const found: string[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const page = await pageOf(`/v1/users?limit=2${next && `&cursor=${next}`}`);
    found.push(...page.items.map(({ id }) => id));
    next = page.next;
  }
  expect(found).toEqual(whole.items.map(({ id }) => id));
  for (const state of userStates) {
    const { items } = await pageOf(`/v1/users?state=${state}`);
    expect([state, new Set(items.map((item) => item.state))]).toEqual([state, new Set([state])]);
  }
  expect((await get("/v1/users?state=lost")).status).toBe(400);
  expect((await get("/v1/users?cursor=x")).status).toBe(400);
  const [ann, less] = [await person(), await person({ admin: true })];
  for (const path of ["/v1/users", `/v1/users/${ann.id}`, "/v1/acts"]) {
    expect([(await get(path, ann)).status, (await get(path, less)).status]).toEqual([403, 403]);
    expect((await api.get(path)).status).toBe(401);
    expect((await get(path)).headers["cache-control"]).toBe("private, no-store");
  }
});

describe.each(["approve", "reject", "suspend", "restore"] as const)("%s", (decision) => {
  test.each(userStates)("moves an account that is %s, or says why it does not", async (state) => {
    const id = await inState(state);
    const before = await actsOn(id);
    const { from, to } = userMoves[decision];
    const answer = await post(`/v1/users/${id}/${decision}`);
    const moves = from.some((one) => one === state);
    if (state === "deleted") expect(answer.status).toBe(404);
    else if (moves || state === to) expect(answer.json()).toMatchObject({ id, state: to });
    else expect([answer.status, codeOf(answer)]).toEqual([409, "wrong_state"]);
    if (state !== "deleted") expect(await stateOf(id)).toBe(moves ? to : state);
    const act = moves ? [[`user.${decision}`, root.id]] : [];
    expect(await actsOn(id)).toEqual([...act, ...before]);
  });

  test("is for administrators, of an account that is there", async () => {
    const [ann, id] = [await person(), await inState("pending")];
    expect((await post(`/v1/users/${id}/${decision}`, ann)).status).toBe(403);
    expect(await stateOf(id)).toBe("pending");
    expect((await post(`/v1/users/nobody/${decision}`)).status).toBe(404);
  });
});

test("a suspended person is out at once, and in again with the same token", async () => {
  const ann = await person();
  expect((await get("/v1/requests", ann)).status).toBe(200);
  await post(`/v1/users/${ann.id}/suspend`);
  const answer = await get("/v1/requests", ann);
  expect([answer.status, codeOf(answer)]).toEqual([401, "account_suspended"]);
  await post(`/v1/users/${ann.id}/restore`);
  expect((await get("/v1/requests", ann)).status).toBe(200);
});

test.each(["suspended", "deleted"] as const)(
  "requests of a person who is %s go on, until an administrator cancels them",
  async (state) => {
    const ann = await person();
    const { id } = (await api.post("/v1/requests", noop, as(ann))).json();
    if (state === "deleted") await call("DELETE", `/v1/users/${ann.id}`);
    else await post(`/v1/users/${ann.id}/suspend`);
    const { items } = (await get(`/v1/requests?owner=${ann.id}`)).json();
    expect(items).toMatchObject([{ id, owner: ann.id }]);
    const worker = bearer(await api.ledger.ctx.workTokens.issue({}, 60));
    const claim = { worker: "w", operations: ["noop"], max: 10, wait_seconds: 0 };
    const tasks = await until(async () => {
      const answer = await api.post("/v1/work/claim", { ...claim, request: id }, worker);
      const claimed = answer.json().tasks as { task: string }[];
      return claimed.length > 0 ? claimed : undefined;
    });
    expect(tasks).toMatchObject([{ request: id }]);
    expect((await post(`/v1/requests/${id}/cancel`)).status).toBe(200);
    expect((await get(`/v1/requests/${id}`)).json().state).toMatch(/^cancel/);
  },
);

/** What people may do whatever becomes of their account: by who may call it, not by what it is. */
const open: Action[] = ["service.health", "service.read", "tasks.wake"];
const ownAccount: Action[] = ["account.read", "account.change"];

test("defect 29: the token of somebody who is not approved, or not any more, opens nothing", async () => {
  const states = ["new", "pending", "rejected", "suspended"] as const;
  const people = await Promise.all(states.map((state) => person({ state })));
  const gone = await person();
  await call("DELETE", `/v1/users/${gone.id}`);
  const closed = routes.filter(({ access }) => ![...open, ...ownAccount].includes(access));
  expect(closed.length).toBeGreaterThan(40);
  for (const { method, path } of closed)
    for (const one of [...people, gone]) {
      const answer = await call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, root.id), one);
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  expect((await get("/v1/me", gone)).status).toBe(401);
});

test("a person is made an administrator, and a user again, which their token feels at once", async () => {
  const ann = await person();
  expect((await call("PUT", `/v1/users/${ann.id}/admin`)).json()).toMatchObject({ admin: true });
  const chief = await person({ admin: true, scopes: [...everything] });
  expect((await get("/v1/users", chief)).status).toBe(200);
  expect((await call("DELETE", `/v1/users/${chief.id}/admin`)).json()).toMatchObject({
    admin: false,
  });
  expect((await get("/v1/users", chief)).status).toBe(403);
  for (const method of ["PUT", "PUT", "DELETE", "DELETE"])
    expect((await call(method, `/v1/users/${ann.id}/admin`)).status).toBe(200);
  expect(await actsOn(ann.id)).toEqual([
    ["user.no_admin", root.id],
    ["user.admin", root.id],
  ]);
  const pending = await inState("pending");
  const refused = await call("PUT", `/v1/users/${pending}/admin`);
  expect([refused.status, codeOf(refused)]).toEqual([409, "wrong_state"]);
  expect((await call("PUT", "/v1/users/nobody/admin")).status).toBe(404);
  expect((await call("PUT", `/v1/users/${ann.id}/admin`, ann)).status).toBe(403);
});

test("nobody shuts themselves out", async () => {
  for (const [method, path] of [
    ["POST", "/suspend"],
    ["DELETE", "/admin"],
    ["DELETE", ""],
  ] as const) {
    const answer = await call(method, `/v1/users/${root.id}${path}`);
    expect([answer.status, codeOf(answer)]).toEqual([409, "own_account"]);
  }
  expect((await get("/v1/users")).status).toBe(200);
});

test("two administrators who take each other away at once leave one", async () => {
  const ledger = await openLedger({ env: { ENABLE_AUTH: "true" }, scheduler: false });
  const { db, people } = ledger.ctx;
  const ids = [await addPerson(ledger.ctx, { admin: true }), await addPerson(ledger.ctx)];
  await db.query("UPDATE users SET admin = true");
  const waits = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database =
    (SELECT oid FROM pg_database WHERE datname = current_database())`;
  let gone = 0;
  // Both have done it before either counts, unless one waits for the other.
  const both = until(async () => gone === 2 || (await db.query(waits)).length > 0);
  const outcomes = await Promise.allSettled(
    ids.map(({ id }) =>
      people.write((tx) =>
        keepingAnAdmin(tx, async () => {
          await moveUser(tx, id, "suspend");
          gone += 1;
          await both;
        }),
      ),
    ),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await ledger.close();
});

test("the last administrator stays, whoever asks for it", async () => {
  const ledger = await openLedger({ env: { ENABLE_AUTH: "true" }, scheduler: false });
  const { ctx } = ledger;
  const { id } = await addPerson(ctx, { admin: true });
  const command = { kind: "system", name: "command" } as const;
  const lost = expect.objectContaining({ status: 409, code: "last_admin" });
  await expect(suspend(ctx, command, id)).rejects.toEqual(lost);
  await expect(changeAdmin(ctx, command, id, false)).rejects.toEqual(lost);
  await expect(removeUser(ctx, command, id)).rejects.toEqual(lost);
  const user = await addPerson(ctx);
  await removeUser(ctx, command, user.id);
  const acts = await ctx.db.query("SELECT actor, act FROM acts WHERE subject = $1", [user.id]);
  expect(acts).toContainEqual({ actor: "command", act: "user.delete" });
  await ledger.close();
});

test("of a deleted person the id stays, and what they submitted for administrators", async () => {
  const ann = await person();
  const { ctx } = api.ledger;
  const { id: request } = (await api.post("/v1/requests", noop, as(ann))).json();
  const { query } = ctx.db;
  await query("UPDATE users SET email = 'ann@x.org', institution = 'Here' WHERE id = $1", [ann.id]);
  await query("INSERT INTO identities (issuer, subject, user_id) VALUES ('i', 's', $1)", [ann.id]);
  await query(
    `INSERT INTO sessions (id_hash, user_id, issuer, subject, expires_at)
     VALUES ('h', $1, 'i', 's', now() + interval '1 hour')`,
    [ann.id],
  );
  await query("INSERT INTO notices (kind, key, user_id) VALUES ('welcome', 'w', $1)", [ann.id]);
  const { number } = (await get(`/v1/users/${ann.id}`)).json();
  expect((await call("DELETE", `/v1/users/${ann.id}`)).status).toBe(204);
  expect((await get(`/v1/users/${ann.id}`)).json()).toEqual({ ...nothing, id: ann.id, number });
  for (const table of ["identities", "sessions", "api_tokens", "notices"])
    expect(await query(`SELECT FROM ${table} WHERE user_id = $1`, [ann.id]), table).toEqual([]);
  const [row] = await query("SELECT suspended_at IS NULL AS works FROM users WHERE id = $1", [
    ann.id,
  ]);
  expect(row).toEqual({ works: false });
  const answer = await get("/v1/requests", ann);
  expect([answer.status, codeOf(answer)]).toEqual([401, "no_user"]);
  const refreshing = await api.call({
    method: "POST",
    path: "/token/refresh",
    headers: bearer(ann.apiToken),
  });
  expect([refreshing.status, refreshing.json().message]).toEqual([
    401,
    expect.stringMatching(/^Not Authorized: No user found/),
  ]);
  expect((await get(`/v1/requests/${request}`)).json()).toMatchObject({ owner: ann.id });
  expect((await get(`/v1/requests/${request}`, await person())).status).toBe(404);
  expect((await call("DELETE", `/v1/users/${ann.id}`)).status).toBe(404);
  expect(await actsOn(ann.id)).toEqual([["user.delete", root.id]]);
  expect((await call("DELETE", `/v1/users/${root.id}`, await person())).status).toBe(403);
});

/** What a deleted account shows. */
const nothing = {
  state: "deleted",
  admin: false,
  name: null,
  email: null,
  email_verified: false,
  institution: null,
  experiment: null,
  created_at: expect.any(String),
  state_at: expect.any(String),
  seen_at: null,
};

test("acts are listed in pages, by subject, actor and kind", async () => {
  const ann = await person({ state: "pending" });
  for (const decision of ["approve", "suspend", "restore"])
    await post(`/v1/users/${ann.id}/${decision}`);
  await api.post("/v1/tokens", { name: "mine" }, as(ann));
  const whole = (await get("/v1/acts?limit=500")).json();
  expect(actPage.strict().safeParse(whole).error).toBeUndefined();
  const ids = (page: Record<string, unknown>) =>
    (page.items as { id: number }[]).map(({ id }) => id);
  const found: number[] = [];
  for (let next: unknown = ""; typeof next === "string"; ) {
    const page = (await get(`/v1/acts?limit=20${next && `&cursor=${next}`}`)).json();
    found.push(...ids(page));
    next = page.next;
  }
  expect(found).toEqual(ids(whole));
  const by = async (filter: string) => (await get(`/v1/acts?${filter}`)).json().items;
  expect(await by(`subject=${ann.id}&act=user.suspend`)).toMatchObject([
    {
      act: "user.suspend",
      actor: root.id,
      actor_kind: "admin",
      address: "127.0.0.1",
      subject: ann.id,
      detail: {},
    },
  ]);
  // The first token was made by the test's support, in her name.
  expect(await by(`actor=${ann.id}`)).toMatchObject([
    { act: "token.create", actor_kind: "user", detail: { name: "mine" } },
    { act: "token.create" },
  ]);
  expect((await get("/v1/acts?act=Nothing%20like%20it")).status).toBe(400);
});

test("with identity off there are no accounts, and the caller is the local one", async () => {
  const plain = await openApi({ scheduler: false });
  expect((await plain.get("/v1/me")).json()).toMatchObject({ id: "local", admin: true });
  for (const path of ["/v1/users", "/v1/users/x", "/v1/acts", "/users", "/pending"]) {
    const answer = await plain.get(path);
    expect([path, answer.status, answer.text.includes("Identity is off")]).toEqual([
      path,
      409,
      true,
    ]);
  }
  await plain.close();
});
