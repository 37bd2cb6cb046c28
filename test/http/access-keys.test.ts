// Keys of programs and of other services, with identity on.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccessKey } from "../../src/http/routes/access-keys.ts";
import { moveUser } from "../../src/users/move-store.ts";
import type { UserMove } from "../../src/users/state.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { addKey, addPerson, bearer, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

let api: Api;
let root: Person;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true" } });
  root = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "admin"] });
});

afterAll(() => api.close());

let names = 0;
const as = ({ accessToken }: Pick<Person, "accessToken">) => bearer(accessToken);

async function make(body: object, person = root): Promise<Answer> {
  names += 1;
  return api.post("/v1/access-keys", { name: `key ${names}`, ...body }, as(person));
}

const keyOf = (owner: Person) => addKey(api, root, { owner: owner.id });

const end = (id: string) =>
  api.call({ method: "DELETE", path: `/v1/access-keys/${id}`, headers: as(root) });
const codeOf = (answer: Answer) => String(answer.json().type).replace("urn:longshore:problem:", "");
const asked = (secret: string) => api.get("/v1/requests", bearer(secret));
const noop = { dataset: { files: ["/b"] }, steps: [{ operation: "noop" }] };

test("a key does what its owner does with requests, and nothing with accounts or tokens", async () => {
  const ann = await addPerson(api.ledger.ctx);
  const { secret } = await keyOf(ann);
  const made = await api.post("/v1/requests", noop, bearer(secret));
  expect(made.json()).toMatchObject({ owner: ann.id });
  expect((await api.get(`/v1/requests/${made.json().id}`, as(ann))).status).toBe(200);
  const foreign = await api.ledger.submit(1, { owner: root.id });
  expect((await api.get(`/v1/requests/${foreign}`, bearer(secret))).status).toBe(404);
  for (const path of ["/v1/tokens", "/v1/access-keys", "/v1/limits"])
    expect((await api.get(path, bearer(secret))).status, path).toBe(403);
});

test("a key is shown once, kept as a hash, and listed without it", async () => {
  const { secret, id } = await keyOf(await addPerson(api.ledger.ctx));
  const listed = await api.get("/v1/access-keys", as(root));
  expect(listed.text).toContain(id);
  const rows = await api.ledger.ctx.db.query("SELECT k::text, hash FROM access_keys k");
  const acts = await api.ledger.ctx.db.query("SELECT a::text FROM acts a");
  const part = secret.slice(-30);
  for (const text of [listed.text, JSON.stringify(rows), JSON.stringify(acts)])
    expect(text).not.toContain(part);
  expect(JSON.stringify(acts)).toContain("key.create");
});

test("a key that is revoked is refused at once, and the act is in the log", async () => {
  const { secret, id } = await keyOf(await addPerson(api.ledger.ctx));
  expect((await asked(secret)).status).toBe(200);
  expect((await end(id)).status).toBe(204);
  const refused = await asked(secret);
  expect([refused.status, codeOf(refused)]).toEqual([401, "revoked_key"]);
  expect((await end(id)).status).toBe(204);
  const acts = "SELECT actor FROM acts WHERE act = 'key.revoke' AND subject = $1";
  expect(await api.ledger.ctx.db.query(acts, [id])).toEqual([{ actor: root.id }]);
  expect((await api.get("/v1/access-keys", as(root))).text).not.toContain(id);
});

test.each(["suspend", "remove"] as UserMove[])(
  "a key ends with the account that it works for: %s",
  async (move) => {
    const { people } = api.ledger.ctx;
    const ann = await addPerson(api.ledger.ctx);
    const { secret } = await keyOf(ann);
    await people.write((db) => moveUser(db, ann.id, move));
    people.changed(ann.id);
    await until(async () => (await asked(secret)).status === 401);
  },
);

test("a key that has expired, was altered or never was is refused, where none is needed too", async () => {
  const { secret, id } = await keyOf(await addPerson(api.ledger.ctx));
  const [last] = secret.slice(-1);
  const altered = secret.slice(0, -1) + (last === "A" ? "B" : "A");
  for (const wrong of [altered, "lsk_", `lsk_${id}`, `lsk_${"0".repeat(24)}_${"A".repeat(43)}`])
    for (const path of ["/v1/requests", "/v1/operations"]) {
      const answer = await api.get(path, bearer(wrong));
      expect([answer.status, codeOf(answer)], wrong).toEqual([401, "bad_key"]);
    }
  const { query } = api.ledger.ctx.db;
  await query("UPDATE access_keys SET expires_at = now() - interval '1 s' WHERE id = $1", [id]);
  api.ledger.ctx.people.changed(id);
  await until(async () => codeOf(await asked(secret)) === "expired_key");
});

test("the use of a key is noted", async () => {
  const { secret, id } = await keyOf(await addPerson(api.ledger.ctx));
  await asked(secret);
  const used = "SELECT last_used_at FROM access_keys WHERE id = $1 AND last_used_at IS NOT NULL";
  await until(async () => (await api.ledger.ctx.db.query(used, [id])).length === 1);
});

test("a peer reports what it found and reads nobody's requests; the example makes one", async () => {
  const made = await api.post("/v1/access-keys", createAccessKey.body?.example, as(root));
  expect(made.status, made.text).toBe(201);
  const { secret } = made.json() as { secret: string };
  expect((await asked(secret)).status).toBe(403);
  const report = { method: "PUT", path: "/servicex/internal/transformation/999/complete" };
  const headers = { ...bearer(secret), "content-type": "application/json" };
  expect((await api.call({ ...report, headers, body: '{"files":0}' })).status).toBe(422);
});

test("what cannot be a key is refused with a sentence", async () => {
  const ann = await addPerson(api.ledger.ctx);
  const pending = await addPerson(api.ledger.ctx, { state: "pending" });
  expect((await make({ kind: "peer", name: "taken" })).status).toBe(201);
  for (const [body, status, sentence] of [
    [{ kind: "key" }, 422, /"owner" is missing/],
    [{ kind: "peer", owner: ann.id }, 422, /"owner" is not possible/],
    [{ kind: "key", owner: "nobody" }, 422, /no approved person "nobody"/],
    [{ kind: "key", owner: pending.id }, 422, /no approved person/],
    [{ kind: "user" }, 400, /kind/],
    [{ kind: "peer", name: "a\nb" }, 400, /without control characters/],
    [{ kind: "peer", days: 0 }, 400, /"days" must be at least 0.1/],
    [{ kind: "peer", name: "taken" }, 409, /There is, or was, a key/],
  ] as const) {
    const answer = await make(body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text.replaceAll('\\"', '"')).toMatch(sentence);
  }
  expect((await make({ kind: "peer" }, ann)).status).toBe(403);
  expect((await end("unknown")).status).toBe(404);
});
