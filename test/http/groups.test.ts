// Groups and bindings over HTTP: who may, what is refused, what is remembered of it.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";

let api: Api;
let admin: Person;
let person: Person;

beforeAll(async () => {
  const env = { ENABLE_AUTH: "true", VALID_DID_SCHEMES: "rucio", INTERNAL_PORT: "0" };
  api = await openApi({ env, scheduler: false });
  const { ctx } = api.ledger;
  admin = await addPerson(ctx, { admin: true, scopes: ["read", "submit", "admin"] });
  person = await addPerson(ctx);
});

afterAll(() => api.close());

const as = ({ accessToken }: Person) => bearer(accessToken);
const codeOf = (answer: Answer) => String(answer.json().type).replace("urn:longshore:problem:", "");
const post = (path: string, body: unknown) => api.post(path, body, as(admin));
const call = (method: "PUT" | "DELETE", path: string) =>
  api.call({ method, path, headers: as(admin) });
const items = (answer: Answer) => (answer.json() as { items: Record<string, unknown>[] }).items;

async function acts(): Promise<string[]> {
  const rows = await api.ledger.ctx.db.query<{ act: string; subject: string; detail: object }>(
    `SELECT act, subject, detail FROM acts WHERE actor = $1
     AND (act LIKE 'group.%' OR act LIKE 'binding.%') ORDER BY id`,
    [admin.id],
  );
  return rows.map(({ act, subject, detail }) => `${act} ${subject} ${JSON.stringify(detail)}`);
}

test("a group is made, filled, bound to, emptied and deleted, and each is an act", async () => {
  const made = await post("/v1/groups", { name: " Calibration " });
  expect([made.status, made.json()]).toEqual([
    201,
    expect.objectContaining({ name: "Calibration", members: 0, bindings: 0 }),
  ]);
  const group = String(made.json().id);
  const member = `/v1/groups/${group}/members/${person.id}`;
  expect((await call("PUT", member)).status).toBe(204);
  expect((await call("PUT", member)).status).toBe(204);
  expect(items(await api.get(`/v1/groups/${group}/members`, as(admin)))).toEqual([
    { user: person.id, name: "A person", email: null },
  ]);
  const bound = await post("/v1/bindings", { kind: "root", target: "/data/../cal/", group });
  expect(bound.json()).toEqual({ kind: "root", target: "/cal", group });
  expect((await post("/v1/bindings", bound.json())).status).toBe(201);
  expect(items(await api.get("/v1/groups", as(admin)))).toEqual([
    expect.objectContaining({ id: group, members: 1, bindings: 1 }),
  ]);
  const refused = await call("DELETE", `/v1/groups/${group}`);
  expect([refused.status, codeOf(refused)]).toEqual([409, "group_is_bound"]);
  // By whatever spelling of the folder
  const query = new URLSearchParams({ kind: "root", target: "/x/../cal/", group });
  expect((await call("DELETE", `/v1/bindings?${query}`)).status).toBe(204);
  expect((await call("DELETE", `/v1/bindings?${query}`)).status).toBe(404);
  expect((await call("DELETE", member)).status).toBe(204);
  expect((await call("DELETE", member)).status).toBe(404);
  expect((await call("DELETE", `/v1/groups/${group}`)).status).toBe(204);
  expect(await acts()).toEqual([
    `group.create ${group} {"name":"Calibration"}`,
    `group.join ${person.id} {"group":"${group}","group_name":"Calibration"}`,
    `binding.create ${group} {"kind":"root","target":"/cal","group_name":"Calibration"}`,
    `binding.delete ${group} {"kind":"root","target":"/cal","group_name":"Calibration"}`,
    `group.leave ${person.id} {"group":"${group}","group_name":"Calibration"}`,
    `group.delete ${group} {"name":"Calibration"}`,
  ]);
});

test("a name that is taken, and things that are not there, are refused", async () => {
  const made = await post("/v1/groups", { name: "Taken" });
  const again = await post("/v1/groups", { name: "Taken" });
  expect([again.status, codeOf(again)]).toEqual([409, "name_taken"]);
  const group = String(made.json().id);
  expect((await call("PUT", `/v1/groups/${group}/members/nobody`)).status).toBe(404);
  expect((await call("PUT", `/v1/groups/${randomUUID()}/members/${person.id}`)).status).toBe(404);
  expect((await api.get(`/v1/groups/${randomUUID()}/members`, as(admin))).status).toBe(404);
  const binding = { kind: "host", target: "x.example", group: randomUUID() };
  expect((await post("/v1/bindings", binding)).status).toBe(404);
  expect((await call("DELETE", `/v1/groups/${randomUUID()}`)).status).toBe(404);
});

test.each([
  ["root", "data/x", "absolute path"],
  ["host", "https://data.example.org", "INPUT_HOSTS"],
  ["host", "!data.example.org", "INPUT_HOSTS"],
  ["dataset", "no-scheme", "scheme"],
  ["dataset", "dir:///data/x", "bind the root"],
  ["dataset", "dir+https://x/y", "bind the root"],
  ["dataset", "rucoi://cms:*", "VALID_DID_SCHEMES (rucio)"],
  ["host", "10.1.2", "INPUT_HOSTS"],
])("a %s %j is refused with a sentence", async (kind, target, sentence) => {
  const group = String((await post("/v1/groups", { name: randomUUID() })).json().id);
  const answer = await post("/v1/bindings", { kind, target, group });
  expect([answer.status, codeOf(answer), answer.text]).toEqual([
    422,
    "bad_target",
    expect.stringContaining(sentence),
  ]);
});

test("only administrators read and change groups", async () => {
  for (const path of ["/v1/groups", "/v1/bindings"]) {
    expect((await api.get(path, as(person))).status).toBe(403);
    expect((await api.get(path)).status).toBe(401);
  }
  expect((await api.post("/v1/groups", { name: "Mine" }, as(person))).status).toBe(403);
});

test("without identity there are no groups", async () => {
  const plain = await openApi({ databaseUrl: api.ledger.ctx.databaseUrl, scheduler: false });
  const answer = await plain.get("/v1/groups");
  expect([answer.status, codeOf(answer)]).toEqual([409, "identity_off"]);
  await plain.close();
});
