// A program without a browser gets a token (RFC 8628), refreshes and revokes it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Caller, Scope } from "../../src/auth/caller.ts";
import { answerDevice, readDevice } from "../../src/auth/device/decide.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { type DeviceService, openDeviceService } from "../support/device-service.ts";
import { addPerson, bearer, browserOf, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
let service: DeviceService;
let api: Api;
let ann: Person;
let signedIn: Caller;

beforeAll(async () => {
  service = await openDeviceService();
  ({ api, ann, signedIn } = service);
});
afterAll(() => api.close());

function post(path: string, fields: Record<string, string> | string): Promise<Answer> {
  return api.call({
    method: "POST",
    path: `/oauth/${path}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
  });
}

interface Begun {
  device_code: string;
  user_code: string;
}

async function begin(scope = "read submit", client = "a program"): Promise<Begun> {
  const answer = await post("device_authorization", { client_id: client, scope });
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as unknown as Begun;
}

/** As a program does it that keeps to what it is told: some time after the last call. */
async function poll({ device_code }: Begun, client = "a program", after = 5): Promise<Answer> {
  service.moveAhead(after);
  return post("token", { grant_type: deviceGrant, device_code, client_id: client });
}
const errorOf = (answer: Answer) => [answer.status, answer.json().error];
const answerTo = (begun: Begun, move: "approve" | "deny", caller = signedIn) =>
  answerDevice(api.ledger.ctx, caller, begun.user_code, move);

test("a program shows a code, and has a token when a person has approved it", async () => {
  const answer = await post("device_authorization", { client_id: "laptop", scope: "read" });
  expect(answer.headers["cache-control"]).toBe("no-store");
  const begun = answer.json() as unknown as Begun;
  const page = `${api.ledger.ctx.urls.public()}/device`;
  expect(begun).toEqual({
    device_code: expect.stringMatching(/^[\w-]{43}$/),
    user_code: expect.stringMatching(/^[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}$/),
    verification_uri: page,
    verification_uri_complete: `${page}?code=${begun.user_code}`,
    ...{ expires_in: 600, interval: 5 },
  });
  expect(errorOf(await poll(begun, "laptop"))).toEqual([400, "authorization_pending"]);
  const asking = await readDevice(api.ledger.ctx, signedIn, begun.user_code.toLowerCase());
  expect(asking).toMatchObject({ client: "laptop", scopes: ["read"], address: "127.0.0.1" });
  await answerTo(begun, "approve");
  const given = await poll(begun, "laptop");
  expect(given.headers["cache-control"]).toBe("no-store");
  const tokens = given.json() as Record<string, string>;
  expect(tokens).toMatchObject({ token_type: "Bearer", expires_in: 3_600, scope: "read" });
  const listed = await api.get("/v1/tokens", bearer(tokens.access_token ?? ""));
  const items = listed.json().items as { made_by: string; name: string; scopes: string[] }[];
  const made = items.find((token) => token.made_by === "device");
  expect(made).toMatchObject({ name: expect.stringMatching(/^laptop, 20/), scopes: ["read"] });
  expect(errorOf(await poll(begun, "laptop"))).toEqual([400, "invalid_grant"]);
  const stored = JSON.stringify(await api.ledger.ctx.db.query("SELECT * FROM device_codes"));
  expect(stored).not.toMatch(new RegExp(`${begun.device_code}|${begun.user_code}`));
});

test("who let a program in or refused it, and where its token went, is in the log of acts", async () => {
  const person = await addPerson(api.ledger.ctx);
  const there = "203.0.113.7";
  const by = { kind: "user", owner: person.id, by: "session", address: there } as const;
  const [admitted, refused] = [await begin("read", "laptop"), await begin("read", "stranger")];
  await answerTo(admitted, "approve", by);
  await answerTo(refused, "deny", by);
  await expect(answerTo(refused, "deny", by)).rejects.toMatchObject({ status: 404 });
  expect((await poll(admitted, "laptop")).status).toBe(200);
  const acts = await api.ledger.ctx.db.query(
    "SELECT act, subject, address, detail FROM acts WHERE actor = $1 ORDER BY id OFFSET 1",
    [person.id],
  );
  const decided = { subject: person.id, address: there };
  const program = { program_address: "127.0.0.1", scopes: ["read"] };
  expect(acts).toMatchObject([
    { act: "device.approve", ...decided, detail: { name: "laptop", ...program } },
    { act: "device.deny", ...decided, detail: { name: "stranger", ...program } },
    { act: "token.create", address: "127.0.0.1", detail: { owner: person.id } },
  ]);
});

test("of two polls at once one gets the token", async () => {
  const begun = await begin();
  await answerTo(begun, "approve");
  const { db } = api.ledger.ctx;
  const waits = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  // Each has read that it is approved before one of them notes that it is used.
  const answers = await db.tx(async (query) => {
    await query("SELECT FROM device_codes FOR UPDATE");
    const polls = [poll(begun), poll(begun)];
    await until(async () => (await db.query(waits)).length === 2);
    return { polls };
  });
  const ended = await Promise.all(answers.polls);
  expect(ended.map(errorOf).sort()).toEqual([
    [200, undefined],
    [400, "invalid_grant"],
  ]);
});

test("what a person refuses, or nobody answers in ten minutes, gives no token", async () => {
  const refused = await begin();
  await answerTo(refused, "deny");
  expect(errorOf(await poll(refused))).toEqual([400, "access_denied"]);
  await expect(answerTo(refused, "approve")).rejects.toMatchObject({ status: 404 });
  const late = await begin();
  expect(errorOf(await poll(late, "a program", 590))).toEqual([400, "authorization_pending"]);
  expect(errorOf(await poll(late, "a program", 11))).toEqual([400, "expired_token"]);
  await expect(answerTo(late, "approve")).rejects.toMatchObject({ status: 404, code: "no_code" });
  await begin();
  const [row] = await api.ledger.ctx.db.query<{ count: number }>(
    "SELECT count(*) FROM device_codes WHERE expires_at < $1",
    [service.clock.now()],
  );
  expect(row?.count).toBe(0);
});

test("a program that asks too often waits five seconds more each time", async () => {
  const begun = await begin();
  expect(errorOf(await poll(begun, "a program", 0))).toEqual([400, "authorization_pending"]);
  expect(errorOf(await poll(begun, "a program", 2))).toEqual([400, "slow_down"]);
  expect(errorOf(await poll(begun, "a program", 6))).toEqual([400, "slow_down"]);
  expect(errorOf(await poll(begun, "a program", 15))).toEqual([400, "authorization_pending"]);
});

test("a code is for the program that has begun it", async () => {
  const begun = await begin();
  await answerTo(begun, "approve");
  expect(errorOf(await poll(begun, "another"))).toEqual([400, "invalid_grant"]);
  const unknown = { ...begun, device_code: begun.user_code };
  expect(errorOf(await poll(unknown))).toEqual([400, "invalid_grant"]);
});

describe("who may approve, and what", () => {
  test("nobody by a token, not signed in, or before the account is approved", async () => {
    const begun = await begin();
    const others: [Caller, number][] = [
      [{ kind: "user", owner: ann.id, by: "token", scopes: ["read", "submit"] }, 403],
      [{ kind: "user", owner: ann.id }, 403],
      [{ kind: "anonymous" }, 401],
      [{ kind: "unapproved", owner: ann.id, state: "pending", by: "session" }, 401],
      [{ kind: "key", owner: ann.id }, 403],
    ];
    for (const [caller, status] of others)
      await expect(answerTo(begun, "approve", caller), caller.kind).rejects.toMatchObject({
        status,
      });
    expect(errorOf(await poll(begun))).toEqual([400, "authorization_pending"]);
  });

  test("the scope admin is an administrator's to give", async () => {
    const all = await begin("read submit admin");
    const asking = await readDevice(api.ledger.ctx, signedIn, all.user_code);
    expect(asking).toMatchObject({ scopes: ["read", "submit"], refused: ["admin"] });
    await answerTo(all, "approve");
    expect((await poll(all)).json()).toMatchObject({ scope: "read submit" });
    const alone = await begin("admin");
    await expect(answerTo(alone, "approve")).rejects.toMatchObject({ status: 403 });
    const root = await addPerson(api.ledger.ctx, { admin: true });
    await answerTo(alone, "approve", { kind: "admin", owner: root.id, by: "session" });
    expect((await poll(alone)).json()).toMatchObject({ scope: "admin" });
  });

  test("a person who was suspended after they approved gives nothing", async () => {
    const bob = await addPerson(api.ledger.ctx);
    const begun = await begin();
    await answerTo(begun, "approve", { kind: "user", owner: bob.id, by: "session" });
    await api.ledger.ctx.people.write((db) => moveUser(db, bob.id, "suspend"));
    const refused = await poll(begun);
    expect(errorOf(refused)).toEqual([400, "access_denied"]);
    expect(refused.json().error_description).toMatch(/suspended/);
  });

  test("ten wrong codes are as many as a person may type in ten minutes", async () => {
    const mallory = await addPerson(api.ledger.ctx);
    const caller: Caller = { kind: "user", owner: mallory.id, by: "session" };
    const begun = await begin();
    for (const wrong of ["BBBB-BBBB", "", "AEIO-UAEI", `${begun.user_code}B`, "x".repeat(5_000)])
      for (const typed of [wrong, wrong])
        await expect(readDevice(api.ledger.ctx, caller, typed)).rejects.toMatchObject({
          ...{ status: 404, code: "no_code" },
        });
    const right = readDevice(api.ledger.ctx, caller, begun.user_code);
    await expect(right).rejects.toMatchObject({
      ...{ status: 429, message: expect.stringMatching(/try again in 10 minutes/) },
    });
    expect((await readDevice(api.ledger.ctx, signedIn, begun.user_code)).code).toBe(
      begun.user_code,
    );
    const browser = await browserOf(api.ledger.ctx, mallory.id);
    const page = await api.get(`/device?code=${begun.user_code}`, browser);
    expect(page.status).toBe(429);
    expect(Number(page.headers["retry-after"])).toBeGreaterThan(590);
    expect(Number(page.headers["retry-after"])).toBeLessThanOrEqual(600);
  });
});

test("a hundred programs of one address wait at most", async () => {
  const { db } = api.ledger.ctx;
  await db.query(
    `INSERT INTO device_codes (device_hash, user_code_hash, client, scopes, address, expires_at)
     SELECT sha256(n::text::bytea), sha256(('u' || n)::bytea), 'x', '{read}', '127.0.0.1', $1
     FROM generate_series(1, 100) n`,
    [new Date(service.clock.now().getTime() + 600_000)],
  );
  const refused = await post("device_authorization", { client_id: "x" });
  expect(errorOf(refused)).toEqual([429, "temporarily_unavailable"]);
  service.moveAhead(601);
  await begin();
});

test("refreshing and revoking as OAuth has it, by whoever holds the API token", async () => {
  const { apiToken, token, id } = await addPerson(api.ledger.ctx, { scopes: ["read"] });
  const refreshed = await post("token", { grant_type: "refresh_token", refresh_token: apiToken });
  const access = String(refreshed.json().access_token);
  expect((await api.get("/v1/requests", bearer(access))).status).toBe(200);
  const [header, claims, signature = ""] = apiToken.split(".");
  const forged = `${header}.${claims}.${signature.slice(0, -3)}AAA`;
  for (const other of [forged, access, "x"])
    expect((await post("revoke", { token: other })).status).toBe(200);
  expect((await api.get("/v1/requests", bearer(access))).status).toBe(200);
  expect((await post("revoke", { token: apiToken })).status).toBe(200);
  expect((await api.get("/v1/requests", bearer(access))).status).toBe(401);
  const again = await post("token", { grant_type: "refresh_token", refresh_token: apiToken });
  expect(errorOf(again)).toEqual([400, "invalid_grant"]);
  expect((await post("revoke", { token: apiToken })).status).toBe(200);
  const acts = await api.ledger.ctx.db.query(
    "SELECT act, actor, detail FROM acts WHERE subject = $1 AND act = 'token.revoke'",
    [token],
  );
  expect(acts).toEqual([
    { act: "token.revoke", actor: "holder of the token", detail: { owner: id } },
  ]);
});

test("what is where", async () => {
  const answer = await api.get("/.well-known/oauth-authorization-server");
  const url = api.ledger.ctx.urls.public();
  expect(answer.json()).toMatchObject({
    issuer: url,
    device_authorization_endpoint: `${url}/oauth/device_authorization`,
    token_endpoint: `${url}/oauth/token`,
    revocation_endpoint: `${url}/oauth/revoke`,
    grant_types_supported: [deviceGrant, "refresh_token"],
  });
});

test.each<[string, string, Record<string, string> | string, number, string]>([
  ["no client", "device_authorization", {}, 400, "invalid_request"],
  ["an empty client", "device_authorization", "client_id=", 400, "invalid_request"],
  ["a client of two lines", "device_authorization", "client_id=a%0Ab", 400, "invalid_request"],
  ["a long client", "device_authorization", { client_id: "x".repeat(61) }, 400, "invalid_request"],
  ["two clients", "device_authorization", "client_id=a&client_id=b", 400, "invalid_request"],
  ["an unknown scope", "device_authorization", "client_id=a&scope=root", 400, "invalid_scope"],
  ["no grant", "token", {}, 400, "invalid_request"],
  ["another grant", "token", { grant_type: "password" }, 400, "unsupported_grant_type"],
  ["no code", "token", { grant_type: deviceGrant, client_id: "a" }, 400, "invalid_request"],
  ["an access token to refresh", "token", "ACCESS", 400, "invalid_grant"],
  ["nothing to revoke", "revoke", {}, 400, "invalid_request"],
])("refused: %s", async (_, path, fields, status, error) => {
  const sent =
    fields === "ACCESS" ? { grant_type: "refresh_token", refresh_token: ann.accessToken } : fields;
  const answer = await post(path, sent);
  expect(errorOf(answer)).toEqual([status, error]);
  expect(answer.json().error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+\.$/);
});

test("refused: JSON, a GET, and a path that is not there, in the format of OAuth", async () => {
  const json = await api.post("/oauth/token", { grant_type: deviceGrant });
  expect(errorOf(json)).toEqual([400, "invalid_request"]);
  const get = await api.get("/oauth/token");
  expect([...errorOf(get), get.headers.allow]).toEqual([405, "invalid_request", "POST"]);
  expect((await api.get("/oauth/other")).json()).toMatchObject({ error: "not_found" });
});

test("with identity off there is nothing to begin, and the answer says so", async () => {
  const off = await openApi({ scheduler: false });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (const path of ["device_authorization", "token", "revoke"]) {
    const answer = await off.call({ method: "POST", path: `/oauth/${path}`, headers, body: "" });
    expect(errorOf(answer)).toEqual([409, "identity_off"]);
  }
  await off.close();
});

test.each<[Scope[]]>([[["read"]], [["read", "submit"]]])(
  "a token with %j does that",
  async (scopes) => {
    const begun = await begin(scopes.join(" "));
    await answerTo(begun, "approve");
    const access = String((await poll(begun)).json().access_token);
    const body = { dataset: { files: ["/b"] }, steps: [{ operation: "noop" }] };
    const made = await api.post("/v1/requests", body, bearer(access));
    expect(made.status).toBe(scopes.includes("submit") ? 201 : 403);
  },
);
