// ServiceX's calls about people, with the statuses, bodies and words of its contract.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Api, openApi } from "../../support/api.ts";
import { addPerson, bearer, type Person } from "../../support/people.ts";
import { type AccountOptions, addAccount } from "../../support/told.ts";

let api: Api;
let root: Person;

beforeAll(async () => {
  const env = { ENABLE_AUTH: "true", MAILGUN_API_KEY: "key", MAILGUN_DOMAIN: "mail.example.org" };
  // Nothing is sent: nobody schedules.
  api = await openApi({ env, scheduler: false });
  root = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "submit", "admin"] });
});
afterAll(() => api.close());

const account = (options?: AccountOptions) => addAccount(api.ledger.ctx, options);
const emailOf = (id: string) => `${id}@example.org`;

function call(method: string, path: string, headers = bearer(root.accessToken)): Promise<Answer> {
  return api.call({ method, path, headers });
}

const accept = (body: unknown) => api.post("/accept", body, bearer(root.accessToken));
const said = (answer: Answer) => [answer.status, answer.json()];

async function rowOf(id: string): Promise<{ number: number; state: string }> {
  const { query } = api.ledger.ctx.db;
  const sql = "SELECT number, state FROM users WHERE id = $1";
  const [row] = await query<{ number: number; state: string }>(sql, [id]);
  if (!row) throw new Error(`no account ${id}`);
  return row;
}

const actsOn = (id: string) =>
  api.ledger.ctx.db.query("SELECT act, actor FROM acts WHERE subject = $1", [id]);

test("users are listed with address, number, and whether they are administrators or wait", async () => {
  const waiting = await account();
  const ready = await account({ state: "approved" });
  const out = await account({ state: "suspended" });
  const deleted = await account({ state: "approved" });
  await call("DELETE", `/users/${(await rowOf(deleted)).number}`);
  const answer = await call("GET", "/users");
  expect([answer.status, answer.headers["cache-control"]]).toEqual([200, "private, no-store"]);
  const { users } = answer.json() as { users: Record<string, unknown>[] };
  for (const [id, pending] of [
    [waiting, true],
    [ready, false],
    [out, true],
  ] as const) {
    const { number } = await rowOf(id);
    expect(users).toContainEqual({ email: emailOf(id), id: number, admin: false, pending });
  }
  const { number } = await rowOf(root.id);
  expect(users).toContainEqual({ email: null, id: number, admin: true, pending: false });
  expect(users.map(({ email }) => email)).not.toContain(emailOf(deleted));
  const waits = (await call("GET", "/pending")).json().users;
  const entry = { email: emailOf(waiting), id: (await rowOf(waiting)).number, admin: false };
  expect(waits).toEqual([entry]);
});

test("accepting lets a person in, twice as once, and sends one mail", async () => {
  const id = await account();
  const message = `user ${emailOf(id)} now ready for access`;
  for (let time = 0; time < 2; time++)
    expect(said(await accept({ email: emailOf(id) }))).toEqual([200, { message }]);
  expect((await rowOf(id)).state).toBe("approved");
  expect(await actsOn(id)).toEqual([{ act: "user.approve", actor: root.id }]);
  const { query } = api.ledger.ctx.db;
  expect(await query("SELECT kind FROM notices WHERE user_id = $1", [id])).toEqual([
    { kind: "welcome" },
  ]);
});

test("the address is taken from JSON, a form, or the query", async () => {
  const ways: ((email: string) => Promise<Answer>)[] = [
    (email) => accept({ email }),
    (email) => call("POST", `/accept?email=${encodeURIComponent(email)}`),
    (email) =>
      api.call({
        method: "POST",
        path: "/accept",
        headers: {
          ...bearer(root.accessToken),
          "content-type": "application/x-www-form-urlencoded",
        },
        body: `email=${encodeURIComponent(email)}`,
      }),
  ];
  for (const way of ways) {
    const id = await account();
    expect((await way(emailOf(id))).status).toBe(200);
    expect((await rowOf(id)).state).toBe("approved");
  }
});

test("nobody is accepted by an address that is missing, unknown, or of several", async () => {
  expect(said(await accept({}))).toEqual([400, { message: "email: This field cannot be blank" }]);
  expect((await accept({ email: 7 })).status).toBe(400);
  expect((await call("POST", "/accept?email=%00")).status).toBe(400);
  expect(said(await accept({ email: "no@x.org" }))).toEqual([
    404,
    { message: "No user registered with email: no@x.org" },
  ]);
  // A pattern for a database is none here.
  expect((await accept({ email: "%@example.org" })).status).toBe(404);
  const [one, other] = [
    await account({ email: "same@x.org" }),
    await account({ email: "same@x.org" }),
  ];
  const several = await accept({ email: "same@x.org" });
  expect([several.status, several.json().message]).toEqual([
    409,
    expect.stringMatching(/^Several accounts have this address/),
  ]);
  expect([(await rowOf(one)).state, (await rowOf(other)).state]).toEqual(["pending", "pending"]);
  const out = await account({ state: "suspended" });
  expect(said(await accept({ email: emailOf(out) }))).toEqual([
    409,
    { message: "The account is suspended: restore it instead." },
  ]);
});

test("a user is deleted by their number, and a number that is nobody's is not found", async () => {
  const id = await account({ state: "approved" });
  const { number } = await rowOf(id);
  expect(said(await call("DELETE", `/users/${number}`))).toEqual([
    200,
    { message: `user ${number} has been deleted` },
  ]);
  expect((await rowOf(id)).state).toBe("deleted");
  expect(await actsOn(id)).toEqual([{ act: "user.delete", actor: root.id }]);
  for (const wrong of [String(number), "999999999", "0", "-1", "x", id, "9".repeat(30)])
    expect(said(await call("DELETE", `/users/${wrong}`))).toEqual([
      404,
      { message: `user ${wrong} not found` },
    ]);
  const own = await call("DELETE", `/users/${(await rowOf(root.id)).number}`);
  expect([own.status, own.json().message]).toEqual([
    409,
    expect.stringMatching(/^This is your own account/),
  ]);
});

test("these calls are for administrators, in words that ServiceX's clients read", async () => {
  const ann = await addPerson(api.ledger.ctx);
  for (const [method, path] of [
    ["GET", "/users"],
    ["DELETE", "/users"],
    ["DELETE", "/users/1"],
    ["GET", "/pending"],
    ["DELETE", "/pending"],
    ["POST", "/accept"],
  ] as const) {
    const refused = await call(method, path, bearer(ann.accessToken));
    expect([path, ...said(refused)]).toEqual([path, 403, { message: expect.any(String) }]);
    expect((await api.call({ method, path })).status).toBe(401);
  }
  expect((await call("PUT", "/users")).headers.allow).toBe("GET, HEAD, DELETE");
});

test("defect 24: those who wait are deleted, and the answer says how many they were", async () => {
  await call("DELETE", "/pending");
  const waiting = [await account(), await account(), await account()];
  const others = [await account({ state: "approved" }), await account({ state: "new" })];
  expect(said(await call("DELETE", "/pending"))).toEqual([200, { message: "3 row(s) deleted" }]);
  for (const id of waiting) {
    expect((await rowOf(id)).state).toBe("deleted");
    expect(await actsOn(id)).toEqual([{ act: "user.delete", actor: root.id }]);
  }
  for (const id of others) expect((await rowOf(id)).state).not.toBe("deleted");
  expect((await call("GET", "/pending")).json()).toEqual({ users: [] });
  expect(said(await call("DELETE", "/pending"))).toEqual([200, { message: "0 row(s) deleted" }]);
});

// The last one: it deletes everybody.
test("everybody is deleted only by who names how many they are, and stays themselves", async () => {
  const { query } = api.ledger.ctx.db;
  const chief = await addPerson(api.ledger.ctx, { admin: true });
  const count = async () => {
    const [row] = await query<{ n: number }>(
      "SELECT count(*)::int AS n FROM users WHERE state <> 'deleted' AND id <> $1",
      [root.id],
    );
    return row?.n ?? 0;
  };
  const before = await count();
  expect(before).toBeGreaterThan(2);
  for (const confirm of ["", "?confirm=0", `?confirm=${before + 1}`])
    expect(said(await call("DELETE", `/users${confirm}`))).toEqual([
      409,
      { message: expect.stringContaining(`but your own (${before}) for good`) },
    ]);
  expect((await call("DELETE", "/users?confirm=all")).status).toBe(400);
  expect(await count()).toBe(before);
  expect(said(await call("DELETE", `/users?confirm=${before}`))).toEqual([
    200,
    { message: `${before} row(s) deleted` },
  ]);
  expect(await count()).toBe(0);
  expect(await actsOn(chief.id)).toContainEqual({ act: "user.delete", actor: root.id });
  expect((await call("GET", "/users")).json()).toEqual({
    users: [{ email: null, id: (await rowOf(root.id)).number, admin: true, pending: false }],
  });
  expect((await call("GET", "/users", bearer(chief.accessToken))).status).toBe(401);
  expect(said(await call("DELETE", "/users"))).toEqual([200, { message: "0 row(s) deleted" }]);
});

test("requests of one submitter are asked for by number, and are shown to who may read them", async () => {
  const [ann, bob] = [await addPerson(api.ledger.ctx), await addPerson(api.ledger.ctx)];
  const ofAnn = await api.ledger.submit(1, { owner: ann.id });
  const ofBob = await api.ledger.submit(1, { owner: bob.id });
  const listed = async (who: Person, submitter: number | string) => {
    const path = `/servicex/transformation?submitted_by=${submitter}`;
    const answer = await call("GET", path, bearer(who.accessToken));
    expect(answer.status, answer.text).toBe(200);
    const { requests } = answer.json() as { requests: { request_id: string }[] };
    return requests.map((request) => request.request_id).sort();
  };
  const numberOf = async (who: Person) => (await rowOf(who.id)).number;
  expect(await listed(ann, await numberOf(ann))).toEqual([ofAnn]);
  expect(await listed(ann, await numberOf(bob))).toEqual([]);
  expect(await listed(root, await numberOf(bob))).toEqual([ofBob]);
  expect(await listed(root, 999_999_999_999_999)).toEqual([]);
  expect(await listed(bob, 0)).toEqual([ofBob]);
  expect(await listed(root, "")).toEqual([ofAnn, ofBob].sort());
});
