// One's own account, with identity on.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putMe } from "../../src/http/routes/me.ts";
import { me } from "../../src/http/schemas/people.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { addPerson, addToken, bearer, type Person, type PersonOptions } from "../support/people.ts";

const boss = "boss@example.org";
let api: Api;

beforeAll(async () => {
  const env = {
    ENABLE_AUTH: "true",
    JWT_ADMIN: boss,
    SIGNUP_WEBHOOK_URL: "https://hooks.slack.com/services/T1/B1/x",
  };
  // Nothing is sent: nobody schedules.
  api = await openApi({ env, scheduler: false });
});
afterAll(() => api.close());

const person = (options?: PersonOptions) => addPerson(api.ledger.ctx, options);
const as = ({ accessToken }: Pick<Person, "accessToken">) => bearer(accessToken);
const read = (by: Person) => api.get("/v1/me", as(by));
const ada = { name: "Ada", institution: "University of London" };

function put(by: Pick<Person, "accessToken">, body: unknown): Promise<Answer> {
  const headers = { "content-type": "application/json", ...as(by) };
  return api.call({ method: "PUT", path: "/v1/me", headers, body: JSON.stringify(body) });
}

function noticesOf(id: string): Promise<Record<string, unknown>[]> {
  const { query } = api.ledger.ctx.db;
  return query("SELECT kind, state FROM notices WHERE user_id = $1", [id]);
}

function actsOn(id: string): Promise<Record<string, unknown>[]> {
  const { query } = api.ledger.ctx.db;
  return query("SELECT act, actor, detail FROM acts WHERE subject = $1 ORDER BY id", [id]);
}

/** A provider names this address for them. */
async function givenEmail(id: string, email: string): Promise<void> {
  const { query } = api.ledger.ctx.db;
  const values = [randomUUID(), id, email];
  await query(
    "INSERT INTO identities (issuer, subject, user_id, email) VALUES ('i', $1, $2, $3)",
    values,
  );
  await query("UPDATE users SET email = $2, email_verified = true WHERE id = $1", [id, email]);
}

test("a new account waits once its profile is filled in, and administrators are told once", async () => {
  const ann = await person({ state: "new" });
  expect((await read(ann)).json()).toMatchObject({ state: "new", may_type_email: true });
  const answer = await put(ann, putMe.body?.example);
  expect(answer.headers["cache-control"]).toBe("private, no-store");
  expect(me.strict().safeParse(answer.json()).error).toBeUndefined();
  expect(answer.json()).toMatchObject({
    id: ann.id,
    state: "pending",
    name: "Ada Lovelace",
    institution: "University of London",
    experiment: null,
    mail_when_done: true,
    scopes: ["read", "submit"],
  });
  expect((await put(ann, { ...ada, experiment: "ATLAS" })).json()).toMatchObject({
    state: "pending",
    experiment: "ATLAS",
    mail_when_done: false,
  });
  expect(await noticesOf(ann.id)).toEqual([{ kind: "signup", state: "waiting" }]);
  const act = { act: "user.profile", actor: ann.id };
  expect(await actsOn(ann.id)).toEqual([
    { ...act, detail: { changed: ["name", "institution", "mail_when_done"] } },
    { ...act, detail: { changed: ["name", "experiment", "mail_when_done"] } },
  ]);
});

test("who is approved changes their profile and stays approved", async () => {
  const ann = await person();
  expect((await put(ann, ada)).json()).toMatchObject({ state: "approved", ...ada });
  expect(await noticesOf(ann.id)).toEqual([]);
  const reading = await addToken(api.ledger.ctx, ann.id, { scopes: ["read"] });
  expect((await put(reading, ada)).status).toBe(403);
});

test("an address may be typed where no sign-in gives one, and is not verified then", async () => {
  const ann = await person();
  const typed = (await put(ann, { ...ada, email: "ada@example.org" })).json();
  expect(typed).toMatchObject({ email: "ada@example.org", email_verified: false });
  // Left out, it stays.
  expect((await put(ann, ada)).json()).toMatchObject({ email: "ada@example.org" });
  // One that a provider gave, whose sign-in is no longer linked.
  const { query } = api.ledger.ctx.db;
  await query("UPDATE users SET email_verified = true WHERE id = $1", [ann.id]);
  expect((await put(ann, { ...ada, email: "new@example.org" })).json()).toMatchObject({
    email: "new@example.org",
    email_verified: false,
  });
  const bob = await person();
  await givenEmail(bob.id, "bob@example.org");
  expect((await read(bob)).json()).toMatchObject({ may_type_email: false });
  const refused = await put(bob, { ...ada, email: "other@example.org" });
  expect([refused.status, refused.json().detail]).toEqual([
    409,
    "Your sign-in gives your email address: change it there, and sign in again.",
  ]);
  expect((await put(bob, { ...ada, email: "bob@example.org" })).json()).toMatchObject({
    email: "bob@example.org",
    email_verified: true,
  });
});

test("defect 28: whoever types the administrator's address is no administrator", async () => {
  for (const state of ["new", "approved"] as const) {
    const ann = await person({ state });
    const answer = (await put(ann, { ...ada, email: boss })).json();
    expect(answer).toMatchObject({ email: boss, email_verified: false, admin: false });
    expect(answer.state).toBe(state === "new" ? "pending" : "approved");
    expect((await api.get("/v1/users", as(ann))).status).toBe(state === "new" ? 401 : 403);
  }
});

test.each([
  [{ name: "Ada" }],
  [{ ...ada, name: "  " }],
  [{ ...ada, name: "A\nda" }],
  [{ ...ada, name: "x".repeat(121) }],
  [{ ...ada, institution: "" }],
  [{ ...ada, email: "no address" }],
  [{ ...ada, mail_when_done: "yes" }],
  [{ ...ada, admin: true }],
  [{ ...ada, state: "approved" }],
])("a profile of %j is refused with a sentence", async (body) => {
  const ann = await person({ state: "new" });
  const answer = await put(ann, body);
  expect([answer.status, String(answer.json().detail).length > 20]).toEqual([400, true]);
  expect((await read(ann)).json()).toMatchObject({ state: "new", admin: false });
});

test("nobody has an account without signing in, and with identity off there are none", async () => {
  expect((await api.get("/v1/me")).status).toBe(401);
  const plain = await openApi({ scheduler: false });
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(ada);
  const answer = await plain.call({ method: "PUT", path: "/v1/me", headers, body });
  expect([answer.status, answer.json().detail]).toEqual([
    409,
    expect.stringMatching(/^Identity is off/),
  ]);
  await plain.close();
});
