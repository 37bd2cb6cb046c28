// Tokens for workers on other hosts, made by an administrator, with identity on.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";

let api: Api;
let root: Person;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true" } });
  root = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "admin"] });
});

afterAll(() => api.close());

const make = (body: object, person = root) =>
  api.post("/v1/worker-tokens", body, bearer(person.accessToken));
const claim = (token: string, operations: string[]) =>
  api.post("/v1/work/claim", { worker: "w", operations, max: 1 }, bearer(token));

test("a worker works with the token that an administrator has made, and with no other operation", async () => {
  const made = await make({ operations: ["noop"], hours: 2 });
  expect([made.status, made.headers["cache-control"]]).toEqual([201, "private, no-store"]);
  const { token, expires_at: end } = made.json() as { token: string; expires_at: string };
  expect(Math.abs(Date.parse(end) - Date.now() - 7_200_000)).toBeLessThan(60_000);
  expect((await claim(token, ["noop"])).status).toBe(200);
  const other = await claim(token, ["transform"]);
  expect([other.status, other.json().detail]).toEqual([
    403,
    'The worker\'s token does not allow the operation "transform".',
  ]);
  expect((await api.get("/v1/requests", bearer(token))).status).toBe(403);
});

test("the log of acts says who made it and for what, and has no token", async () => {
  const { token } = (await make({ operations: ["noop"], hours: 3 })).json() as { token: string };
  const acts = await api.ledger.ctx.db.query(
    "SELECT actor, address, detail FROM acts WHERE act = 'worker.admit' ORDER BY id DESC LIMIT 1",
  );
  expect(acts).toEqual([
    { actor: root.id, address: "127.0.0.1", detail: { operations: ["noop"], hours: 3 } },
  ]);
  expect(JSON.stringify(acts)).not.toContain(token);
});

test.each([
  [{ operations: ["nope"] }, 422, /There is no operation "nope" here; there are noop, transform/],
  [{ operations: [] }, 400, /"operations" must have at least 1 item/],
  [{ hours: 0 }, 400, /"hours" must be at least 0.1/],
  [{ hours: 721 }, 400, /"hours" must be at most 720/],
  [{ request: "x" }, 400, /"request" is not known here/],
])("%j is refused", async (body, status, sentence) => {
  const answer = await make(body);
  expect(answer.status, answer.text).toBe(status);
  expect(answer.text.replaceAll('\\"', '"')).toMatch(sentence);
});

test("who is no administrator makes none", async () => {
  const ann = await addPerson(api.ledger.ctx);
  const answer = await make({}, ann);
  expect([answer.status, answer.json().detail]).toEqual([
    403,
    "The caller (user) may not admit workers.",
  ]);
});
