// A stream of events ends with the right to see them, not only with its request.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { revokeToken } from "../../src/auth/tokens/tokens.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true" }, scheduler: false });
});
afterAll(() => api.close());
afterEach(() => vi.useRealTimers());

/** What it has read so far, and whether it has ended. */
async function follow(id: string, accessToken: string) {
  const response = await fetch(`${api.url}/v1/requests/${id}/events`, {
    headers: bearer(accessToken),
  });
  const stream = { status: response.status, text: "", ended: false, response };
  const read = async () => {
    for await (const chunk of response.body ?? []) stream.text += Buffer.from(chunk).toString();
    stream.ended = true;
  };
  // The test or the service may close it, which is no end that the service says.
  read().catch(() => undefined);
  await until(() => stream.text.includes("event: state"));
  return stream;
}

async function change(id: string): Promise<void> {
  const { ctx } = api.ledger;
  const counted = "UPDATE request_steps SET queued = queued - 1, done = done + 1";
  await ctx.db.query(`${counted} WHERE request_id = $1`, [id]);
  ctx.notifier.notify(`request:${id}`);
}

async function requestOf({ id: owner }: Person): Promise<string> {
  const id = await api.ledger.submit(9, { owner });
  await api.ledger.published(id, 9);
  return id;
}

/** Only the clock of what is said again and again, so that nobody waits for it. */
const atNextHeartbeat = () => vi.advanceTimersByTimeAsync(15_000);

async function revoke({ id: owner, token }: Person): Promise<void> {
  await revokeToken(api.ledger.ctx, { kind: "user", owner, by: "session" }, token);
}

async function suspend({ id }: Person): Promise<void> {
  const { people } = api.ledger.ctx;
  await people.write((db) => moveUser(db, id, "suspend"));
  people.changed(id);
}

test.each([
  ["a token that is revoked", revoke],
  ["an account that is suspended", suspend],
])("the stream of %s ends before it tells anything more", async (_what, end) => {
  const ann = await addPerson(api.ledger.ctx);
  const id = await requestOf(ann);
  const stream = await follow(id, ann.accessToken);
  await change(id);
  await until(() => stream.text.includes('"done":1'));
  await end(ann);
  await change(id);
  await until(() => stream.ended);
  expect(stream.text).not.toContain('"done":2');
});

test("an idle stream ends as well, and one that is good does not", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const [ann, bob] = [await addPerson(api.ledger.ctx), await addPerson(api.ledger.ctx)];
  const streams = [
    await follow(await requestOf(ann), ann.accessToken),
    await follow(await requestOf(bob), bob.accessToken),
  ];
  await revoke(ann);
  await atNextHeartbeat();
  await until(() => streams[0]?.ended);
  await until(() => streams[1]?.text.includes("still here"));
  expect(streams[1]?.ended).toBe(false);
});

test("who is no administrator any longer no longer follows the requests of others", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { ctx } = api.ledger;
  const root = await addPerson(ctx, { admin: true, scopes: ["read", "admin"] });
  const stream = await follow(await requestOf(await addPerson(ctx)), root.accessToken);
  const where = { where: { id: root.id }, data: { admin: false } };
  await ctx.people.write((db) => db.users.update(where));
  ctx.people.changed(root.id);
  await atNextHeartbeat();
  await until(() => stream.ended);
});

test("a stream ends when its access token does", async () => {
  const ann = await addPerson(api.ledger.ctx);
  const id = await requestOf(ann);
  // Clocks may differ by five seconds: it is good for two more.
  const exp = Math.floor(Date.now() / 1_000) - 3;
  const claims = { sub: ann.id, jti: randomUUID(), tid: ann.token, exp };
  const { tokenKeys } = api.ledger.ctx;
  const short = await tokenKeys.sign("access", { ...claims, scopes: ["read"] });
  const stream = await follow(id, short);
  await until(() => Date.now() >= (exp + 5) * 1_000);
  await change(id);
  await until(() => stream.ended);
  expect(stream.text).not.toContain('"done":1');
});
