// People at two processes on one database, each call at the other one than the call before, as a
// load balancer does it: what a person has begun at one goes on at the other.
import { afterAll, beforeAll, expect, test } from "vitest";
import { moveUser } from "../../src/users/move-store.ts";
import { type Answer, type Api, openApi, sendCall } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { addPerson, bearer } from "../support/people.ts";
import { openSignIn, type SignInService } from "../support/sign-in.ts";
import { openUserAgent, type UserAgent } from "../support/user-agent.ts";
import { until } from "../support/wait.ts";

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
const rate = 100;
const form = { "content-type": "application/x-www-form-urlencoded" };
let service: SignInService;
let beside: Api;
let url: string;
let ports: number[];

beforeAll(async () => {
  const env = {
    SECRET_KEY: "the-key-of-both-processes-5d20",
    STORE_URL: `file://${temporaryFolder("store")}`,
    RATE_USER: String(rate),
  };
  service = await openSignIn({ env });
  ({ url } = service.api);
  beside = await openApi({
    env: { ...service.provider.env, ...env },
    databaseUrl: service.api.ledger.ctx.databaseUrl,
    scheduler: false,
  });
  Object.assign(beside.ledger.ctx.urls, { public: () => url });
  ports = [service.api, beside].map((api) => Number(new URL(api.url).port));
});

afterAll(async () => {
  await beside.close();
  await service.close();
});

let turn = 0;
const balanced: typeof sendCall = (port, call) =>
  sendCall(port === ports[0] ? (ports[turn++ % 2] ?? port) : port, call);
const post = (path: string, fields: Record<string, string>, headers = {}): Promise<Answer> =>
  balanced(ports[0] ?? 0, {
    ...{ method: "POST", path, headers: { ...form, ...headers } },
    body: new URLSearchParams(fields).toString(),
  });
const atBoth = (path: string, headers: Record<string, string>) =>
  Promise.all([service.api, beside].map(async (api) => (await api.get(path, headers)).status));

async function approved(agent: UserAgent): Promise<void> {
  const login = service.somebody();
  for (const _ of ports) expect((await service.signIn(login, agent)).status).toBe(200);
  const { id = "" } = (await service.account(login)) ?? {};
  const { people } = service.api.ledger.ctx;
  expect(await people.write((db) => moveUser(db, id, "approve"))).toBe(true);
  people.changed(id);
  await until(async () => {
    const shown = await Promise.all(ports.map(() => agent.get(`${url}/device`)));
    return shown.every(({ status }) => status === 200);
  });
}

const client = { client_id: "laptop" };

/** Returns the API token and an access token. */
async function deviceAt(
  agent: UserAgent,
  { begins, approves, polls }: { begins: number; approves: number; polls: number },
): Promise<Record<string, string>> {
  turn = begins;
  const begun = (await post("/oauth/device_authorization", client)).json();
  const { device_code = "", user_code = "" } = begun as Record<string, string>;
  const asked = await agent.get(`${url}/device?code=${user_code}`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? "";
  turn = approves;
  const done = await agent.send(`${url}/device`, { csrf, code: user_code, answer: "approve" });
  expect(done.url, done.text).toBe(`${url}/device?done=approve`);
  turn = polls;
  const given = await post("/oauth/token", { ...client, grant_type: deviceGrant, device_code });
  expect(given.status, given.text).toBe(200);
  return given.json() as Record<string, string>;
}

test("a sign-in, a program's code, its token and the end of it", async () => {
  const agent = openUserAgent(balanced);
  await approved(agent);
  for (const where of [
    { begins: 0, approves: 1, polls: 0 },
    { begins: 1, approves: 1, polls: 0 },
    { begins: 1, approves: 0, polls: 0 },
  ]) {
    const { access_token: access = "", refresh_token: token = "" } = await deviceAt(agent, where);
    expect(await atBoth("/v1/requests", bearer(access))).toEqual([200, 200]);
    for (const _ of ports)
      expect((await post("/token/refresh", {}, bearer(token))).status).toBe(200);
    expect((await post("/oauth/revoke", { ...client, token })).status).toBe(200);
    await until(async () => (await atBoth("/v1/requests", bearer(access))).join() === "401,401");
    for (const _ of ports)
      expect((await post("/token/refresh", {}, bearer(token))).status).toBe(401);
  }
});

test("calls of a person are counted in each process: two take twice as many", async () => {
  const { accessToken } = await addPerson(service.api.ledger.ctx);
  const call = () => balanced(ports[0] ?? 0, { path: "/v1/me", headers: bearer(accessToken) });
  const statuses: number[] = [];
  for (let calls = 0; calls < 2 * rate + 2; calls += 1) statuses.push((await call()).status);
  expect(statuses).toEqual([...Array(2 * rate).fill(200), 429, 429]);
});
