// API tokens and access tokens over HTTP, with identity on.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiToken } from "../../src/http/routes/tokens.ts";
import { madeToken, tokenList } from "../../src/http/schemas/tokens.ts";
import { moveUser } from "../../src/users/move-store.ts";
import type { UserMove } from "../../src/users/state.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { openBeside } from "../support/context.ts";
import { addPerson, addToken, bearer, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

let api: Api;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true", TRUSTED_PROXIES: "loopback" } });
});

afterAll(() => api.close());

const person = (options?: Parameters<typeof addPerson>[1]) => addPerson(api.ledger.ctx, options);
const as = ({ accessToken }: Pick<Person, "accessToken">) => bearer(accessToken);
const noop = { dataset: { files: ["/b"] }, steps: [{ operation: "noop" }] };

function refreshed(token: string): Promise<Answer> {
  return api.call({ method: "POST", path: "/token/refresh", headers: bearer(token) });
}

function remove(path: string, headers: Record<string, string>): Promise<Answer> {
  return api.call({ method: "DELETE", path, headers });
}

const codeOf = (answer: Answer) => String(answer.json().type).replace("urn:longshore:problem:", "");

async function move(id: string, by: UserMove): Promise<void> {
  const { people } = api.ledger.ctx;
  expect(await people.write((db) => moveUser(db, id, by))).toBe(true);
  people.changed(id);
}

async function rowsOf(table: "api_tokens" | "acts", column: string, value: string) {
  const { query } = api.ledger.ctx.db;
  return query(`SELECT * FROM ${table} WHERE ${column} = $1 ORDER BY id`, [value]);
}

test("without a token a call is refused, and with a wrong one also where none is needed", async () => {
  expect((await api.get("/v1/requests")).status).toBe(401);
  expect((await api.get("/v1/operations")).status).toBe(200);
  for (const wrong of ["x", "a.b.c"]) {
    const answer = await api.get("/v1/operations", bearer(wrong));
    expect([answer.status, codeOf(answer)]).toEqual([401, "bad_token"]);
  }
});

test("an API token gives access tokens, with which a person works as themselves", async () => {
  const ann = await person();
  const answer = await refreshed(ann.apiToken);
  expect(answer.json()).toMatchObject({ auth_disabled: false, expires_in: 3600 });
  expect(answer.headers["cache-control"]).toBe("no-store");
  const headers = bearer(String(answer.json().access_token));
  const made = await api.post("/v1/requests", noop, headers);
  expect(made.json()).toMatchObject({ owner: ann.id });
  const bob = await person();
  const path = `/v1/requests/${made.json().id}`;
  expect((await api.get(path, headers)).status).toBe(200);
  expect((await api.get(path, as(bob))).status).toBe(404);
});

test("the log of acts says from which address a token was made", async () => {
  const ann = await person();
  const from = async (forwarded: Record<string, string>) => {
    const body = { name: JSON.stringify(forwarded), scopes: ["read"] };
    const made = await api.post("/v1/tokens", body, { ...as(ann), ...forwarded });
    const { token } = made.json() as { token: { id: string } };
    const [act] = await rowsOf("acts", "subject", token.id);
    return act?.address;
  };
  expect(await from({})).toBe("127.0.0.1");
  expect(await from({ "x-forwarded-for": "198.51.100.1, 203.0.113.7" })).toBe("203.0.113.7");
});

test("neither token does the work of the other", async () => {
  const ann = await person();
  const answer = await api.get("/v1/requests", bearer(ann.apiToken));
  expect([answer.status, codeOf(answer)]).toEqual([401, "not_access_token"]);
  const refused = await refreshed(ann.accessToken);
  expect(refused.status).toBe(401);
  expect(refused.json()).toEqual({ code: "not_refresh_token", message: expect.any(String) });
  const missing = await api.call({ method: "POST", path: "/token/refresh" });
  expect([missing.status, missing.json().message]).toEqual([
    401,
    "Missing Authorization Header: send `Authorization: Bearer <API token>`.",
  ]);
});

test("the example of a new token makes one, and its listing is as the document says", async () => {
  const ann = await person();
  const made = await api.post("/v1/tokens", createApiToken.body?.example, as(ann));
  expect(madeToken.strict().safeParse(made.json()).error).toBeUndefined();
  const listed = await api.get("/v1/tokens", as(ann));
  expect(tokenList.strict().safeParse(listed.json()).error).toBeUndefined();
});

test("defect 35: a token is shown once and kept as a hash, and ends when it is to end", async () => {
  const ann = await person();
  const body = { name: "laptop", scopes: ["read"], days: 30 };
  const made = await api.post("/v1/tokens", body, as(ann));
  expect(made.status).toBe(201);
  expect(made.headers["cache-control"]).toBe("private, no-store");
  const { secret, servicex_yaml, token } = made.json() as {
    secret: string;
    servicex_yaml: string;
    token: { id: string; expires_at: string };
  };
  expect(servicex_yaml).toContain(`token: ${secret}\n`);
  const days = (Date.parse(token.expires_at) - Date.now()) / 86_400_000;
  expect(days).toBeCloseTo(30, 1);
  const listed = await api.get("/v1/tokens", as(ann));
  expect(listed.json().items).toContainEqual(token);
  const [row] = await rowsOf("api_tokens", "id", token.id);
  const acts = await rowsOf("acts", "subject", token.id);
  expect(acts).toMatchObject([{ act: "token.create", actor: ann.id, actor_kind: "user" }]);
  const signature = secret.split(".")[2] ?? "none";
  expect(listed.text + JSON.stringify([row, acts])).not.toContain(signature);
  expect(row?.hash).toEqual(createHash("sha256").update(secret).digest());
  const { query } = api.ledger.ctx.db;
  await query("UPDATE api_tokens SET expires_at = now() WHERE id = $1", [ann.token]);
  api.ledger.ctx.people.changed(ann.id);
  const ended = await api.get("/v1/requests", as(ann));
  expect([ended.status, codeOf(ended)]).toEqual([401, "revoked_token"]);
});

test("defect 35: a token that names no end has one, in a year", async () => {
  const made = await api.post("/v1/tokens", { name: "forgotten" }, as(await person()));
  const { token } = made.json() as { token: { expires_at: string } };
  expect((Date.parse(token.expires_at) - Date.now()) / 86_400_000).toBeCloseTo(365, 1);
});

test("a token that has expired gives no access token any more", async () => {
  const ann = await person({ days: 0.000_01 });
  const last = await until(async () => {
    const answer = await refreshed(ann.apiToken);
    return answer.status === 200 ? undefined : answer;
  });
  expect([last.status, last.json().message]).toEqual([401, expect.stringContaining("has expired")]);
});

test("defect 35: a replaced token ends with its access tokens, and the new one has its name and scopes", async () => {
  const ann = await person({ scopes: ["read"] });
  const other = await addToken(api.ledger.ctx, ann.id);
  const replaced = await api.post(`/v1/tokens/${ann.token}/replace`, {}, as(other));
  expect(replaced.status).toBe(201);
  const { secret, token } = replaced.json() as { secret: string; token: { scopes: string[] } };
  expect(token.scopes).toEqual(["read"]);
  expect((await refreshed(ann.apiToken)).json()).toEqual({
    code: "revoked_token",
    message: expect.stringMatching(/^Invalid or outdated refresh token/),
  });
  expect(codeOf(await api.get("/v1/requests", as(ann)))).toBe("revoked_token");
  expect((await refreshed(secret)).status).toBe(200);
  const again = await api.post(`/v1/tokens/${ann.token}/replace`, {}, as(other));
  expect([again.status, codeOf(again)]).toEqual([409, "revoked"]);
});

test("a revoked token ends at once, in every process, and revoking it again changes nothing", async () => {
  const ann = await person();
  const beside = await openBeside(api.ledger, { env: { ENABLE_AUTH: "true" } });
  expect(await beside.ctx.userCache.token(ann.token)).toMatchObject({ revoked: false });
  const other = await addToken(api.ledger.ctx, ann.id);
  expect((await remove(`/v1/tokens/${ann.token}`, as(other))).status).toBe(204);
  expect((await api.get("/v1/requests", as(ann))).status).toBe(401);
  expect((await refreshed(ann.apiToken)).status).toBe(401);
  await until(async () => (await beside.ctx.userCache.token(ann.token))?.revoked);
  await beside.close();
  expect((await remove(`/v1/tokens/${ann.token}`, as(other))).status).toBe(204);
  expect(await rowsOf("acts", "subject", ann.token)).toMatchObject([
    { act: "token.create" },
    { act: "token.revoke" },
  ]);
});

test("a token does what its scopes say, and makes none that does more or lasts longer", async () => {
  const ann = await person({ scopes: ["read", "submit"], days: 2 });
  const { ctx } = api.ledger;
  const reading = await addToken(ctx, ann.id, { scopes: ["read"] });
  expect((await api.get("/v1/requests", as(reading))).status).toBe(200);
  const refused = await api.post("/v1/requests", noop, as(reading));
  expect(refused.status).toBe(403);
  expect(refused.json().detail).toMatch(/has not the scope submit.*it has read\.$/);
  expect((await api.post("/v1/tokens", { name: "more" }, as(reading))).status).toBe(403);
  // Who may change a thing may look at it.
  const submitting = await addToken(ctx, ann.id, { scopes: ["submit"] });
  expect((await api.get("/v1/requests", as(submitting))).status).toBe(200);
  const less = await api.post("/v1/tokens", { name: "r", scopes: ["read"] }, as(submitting));
  expect(less.status).toBe(201);
  const chief = await person({ admin: true, scopes: ["submit", "admin"] });
  const ordinary = await addToken(ctx, chief.id, { scopes: ["submit"] });
  const beyond = await api.post("/v1/tokens", { name: "a", scopes: ["admin"] }, as(ordinary));
  expect([beyond.status, codeOf(beyond)]).toEqual([403, "outside_scope"]);
  // Its person may: it is the token that may not.
  expect(beyond.json().detail).toMatch(/^The calling token has not the scope admin/);
  expect((await api.post("/v1/tokens", { name: "a", scopes: ["admin"] }, as(chief))).status).toBe(
    201,
  );
  const root = await api.post("/v1/tokens", { name: "root", scopes: ["admin"] }, as(ann));
  expect([root.status, codeOf(root)]).toEqual([403, "outside_scope"]);
  const long = await api.post("/v1/tokens", { name: "long", days: 20 }, as(ann));
  const { token } = long.json() as { token: { expires_at: string } };
  expect((Date.parse(token.expires_at) - Date.now()) / 86_400_000).toBeLessThan(2.01);
  // What a token may do is what it may do when it is used.
  const late = await refreshed(reading.apiToken);
  expect(
    (await api.post("/v1/requests", noop, bearer(String(late.json().access_token)))).status,
  ).toBe(403);
});

test.each([
  [{ name: "" }, 400],
  [{ name: "   " }, 400],
  [{ name: "a\tb" }, 400],
  [{ name: "x".repeat(101) }, 400],
  [{ name: "n", scopes: [] }, 400],
  [{ name: "n", scopes: ["root"] }, 400],
  [{ name: "n", days: -1 }, 400],
  [{ name: "n", days: 366 }, 422],
  [{ scopes: ["read"] }, 400],
  [{ name: "n", more: true }, 400],
])("a new token of %j is refused with a sentence", async (body, status) => {
  const answer = await api.post("/v1/tokens", body, as(await person()));
  expect([answer.status, String(answer.json().detail).length > 20]).toEqual([status, true]);
});

test("a name is used once, and is only a name", async () => {
  const ann = await person();
  const name = '"; rm -rf $(HOME) <b>';
  const first = await api.post("/v1/tokens", { name }, as(ann));
  expect(first.json()).toMatchObject({ token: { name } });
  const second = await api.post("/v1/tokens", { name }, as(ann));
  expect([second.status, codeOf(second)]).toEqual([409, "name_taken"]);
  expect((await api.post("/v1/tokens", { name }, as(await person()))).status).toBe(201);
  const { token } = first.json() as { token: { id: string } };
  await remove(`/v1/tokens/${token.id}`, as(ann));
  expect((await api.post("/v1/tokens", { name }, as(ann))).status).toBe(201);
});

test("two calls at once cannot pass the number of tokens", async () => {
  const ann = await person();
  const { query } = api.ledger.ctx.db;
  await query(
    `INSERT INTO api_tokens (id, user_id, name, hash, key_id, scopes, made_by)
     SELECT gen_random_uuid(), $1, 'n' || n, '', '', '{read}', 'api' FROM generate_series(1, 98) n`,
    [ann.id],
  );
  const names = ["one", "two", "three"];
  const answers = await Promise.all(names.map((name) => api.post("/v1/tokens", { name }, as(ann))));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  expect(await rowsOf("api_tokens", "user_id", ann.id)).toHaveLength(100);
});

test("nobody sees or ends somebody else's token, but administrators do", async () => {
  const [ann, bob] = [await person(), await person()];
  expect((await remove(`/v1/tokens/${ann.token}`, as(bob))).status).toBe(404);
  expect((await api.post(`/v1/tokens/${ann.token}/replace`, {}, as(bob))).status).toBe(404);
  expect((await api.get(`/v1/tokens?owner=${ann.id}`, as(bob))).status).toBe(404);
  const root = await person({ admin: true, scopes: ["read", "submit", "admin"] });
  const listed = await api.get(`/v1/tokens?owner=${ann.id}`, as(root));
  expect(listed.json().items).toMatchObject([{ id: ann.token, owner: ann.id }]);
  expect((await api.post(`/v1/tokens/${ann.token}/replace`, {}, as(root))).status).toBe(404);
  // Without the scope, an administrator's token is an ordinary one.
  const plain = await addToken(api.ledger.ctx, root.id, { admin: true });
  expect((await remove(`/v1/tokens/${ann.token}`, as(plain))).status).toBe(404);
  expect((await remove(`/v1/tokens/${ann.token}`, as(root))).status).toBe(204);
  expect((await refreshed(ann.apiToken)).status).toBe(401);
});

test("an account that waits may refresh, and is told why nothing else works", async () => {
  const ann = await person({ state: "pending" });
  expect((await refreshed(ann.apiToken)).status).toBe(200);
  const answer = await api.get("/v1/requests", as(ann));
  expect([answer.status, codeOf(answer)]).toEqual([401, "account_pending"]);
  const old = await api.get("/servicex/transformation", as(ann));
  expect([old.status, old.json()]).toEqual([
    401,
    { message: expect.stringMatching(/^Not Authorized: Your account is still pending\./) },
  ]);
  expect((await api.get("/v1/operations", as(ann))).status).toBe(200);
  await move(ann.id, "approve");
  expect((await api.get("/v1/requests", as(ann))).status).toBe(200);
});

test("a person who is suspended or deleted is shut out at once", async () => {
  const ann = await person();
  expect((await api.get("/v1/requests", as(ann))).status).toBe(200);
  await move(ann.id, "suspend");
  expect(codeOf(await api.get("/v1/requests", as(ann)))).toBe("account_suspended");
  await move(ann.id, "restore");
  expect((await api.get("/v1/requests", as(ann))).status).toBe(200);
  await move(ann.id, "remove");
  expect(codeOf(await api.get("/v1/requests", as(ann)))).toBe("no_user");
  const refused = await refreshed(ann.apiToken);
  expect([refused.status, refused.json().message]).toEqual([
    401,
    expect.stringMatching(/^Not Authorized: No user found/),
  ]);
});

test("an administrator who is one no longer has a token of an ordinary user", async () => {
  const root = await person({ admin: true, scopes: ["read", "submit", "admin"] });
  expect((await api.get("/v1/limits", as(root))).status).toBe(200);
  const { people } = api.ledger.ctx;
  await people.write((db) => db.users.update({ where: { id: root.id }, data: { admin: false } }));
  people.changed(root.id);
  expect((await api.get("/v1/limits", as(root))).status).toBe(403);
});

test("when a token was used last is noted", async () => {
  const ann = await person();
  const { items } = (await api.get("/v1/tokens", as(ann))).json() as {
    items: { last_used_at: string }[];
  };
  expect(Math.abs(Date.parse(items[0]?.last_used_at ?? "") - Date.now())).toBeLessThan(60_000);
});

test("workers keep their own tokens", async () => {
  const token = await api.ledger.ctx.workTokens.issue({}, 60);
  const claim = { worker: "w", operations: ["noop"], max: 1, wait_seconds: 0 };
  expect((await api.post("/v1/work/claim", claim, bearer(token))).status).toBe(200);
  expect((await api.get("/v1/requests", bearer(token))).status).toBe(403);
  const ann = await person();
  expect((await api.post("/v1/work/claim", claim, as(ann))).status).toBe(403);
  expect((await api.post("/v1/work/claim", claim)).status).toBe(401);
  // Whoever calls an operation back has a credential of its own, which is no business of ours.
  expect((await api.post("/v1/callbacks/noop", {}, bearer("of-another-service"))).status).toBe(404);
});

test("with identity off there are no tokens to make, and stray ones change nothing", async () => {
  const off = await openApi();
  for (const answer of [
    await off.get("/v1/tokens"),
    await off.post("/v1/tokens", { name: "n" }),
    await off.call({ method: "DELETE", path: `/v1/tokens/${crypto.randomUUID()}` }),
  ])
    expect([answer.status, codeOf(answer)]).toEqual([409, "identity_off"]);
  expect((await off.get("/v1/requests", bearer("a.b.c"))).status).toBe(200);
  await off.close();
});
