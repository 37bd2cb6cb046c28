// The secrets of other services and of their users: a sign-in at a provider, buttons at Slack,
// mail, a store that is read by S3. Each stands where it is given, and nowhere else.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Listening, listen } from "../../src/http/listen.ts";
import { noticesChannel } from "../../src/notices/enqueue.ts";
import { keyProblem } from "../../src/requests/keys/keys.ts";
import { resultBuckets } from "../../src/requests/read/result-bucket.ts";
import { makeS3App, makeS3Server } from "../../src/s3/app.ts";
import { testClock } from "../operations/wait/outside.ts";
import { sign } from "../s3/sign.ts";
import { type IdentityProvider, openIdentityProvider } from "../support/identity-provider.ts";
import { addPerson, bearer } from "../support/people.ts";
import { openWatchedApi, type WatchedApi } from "../support/secrets.ts";
import { pressed, signed, signingSecret } from "../support/slack.ts";
import { type Outside, startOutside } from "../support/told.ts";
import { openUserAgent, type Shown, type UserAgent } from "../support/user-agent.ts";
import { until } from "../support/wait.ts";

const clock = testClock();
let outside: Outside;
let provider: IdentityProvider;
let api: WatchedApi;
let s3: Listening;

beforeAll(async () => {
  outside = await startOutside();
  provider = await openIdentityProvider();
  const { connectors } = outside;
  api = await openWatchedApi({
    env: { ...outside.env, ...provider.env, PUBLIC_URL: "" },
    ...{ connectors, clock, s3Url: () => s3.url },
  });
  const { ctx } = api.ledger;
  Object.assign(ctx.urls, { public: () => api.url });
  provider.serve(api.url);
  api.others.add(Number(new URL(provider.issuer).port));
  const app = makeS3App({
    ...{ store: ctx.store, rootKeys: ctx.verifyingKeys, results: resultBuckets(ctx) },
    ...{ keyProblem: (key) => keyProblem(ctx, key), log: ctx.log, uploadLimitBytes: 1_000 },
  });
  s3 = await listen("127.0.0.1", 0, "S3_PORT", makeS3Server(app));
});
afterAll(async () => {
  await s3.close(1);
  await api.close();
  await provider.close();
  await outside.close();
});

const basic = (user = "", password = "") => Buffer.from(`${user}:${password}`).toString("base64");

test("secrets of other services are where they are given, and nowhere else", async () => {
  const { OIDC_CLIENT_ID: client, OIDC_CLIENT_SECRET: secret = "" } = provider.env;
  const { key } = outside.mailgun;
  const settings = { signingSecret, "mail key": key, "client secret": secret };
  for (const [name, value] of Object.entries(settings)) api.secret(`the ${name}`, value);
  api.secret("the login at Mailgun", basic("api", key));
  api.secret("the login at the provider", basic(client, secret));

  const browser = openUserAgent(api.callAt);
  await signIn(browser);
  const { id } = await account();
  await profile(browser, id);
  await slack(id);
  await tokens(browser);
  await results(browser, id);
  await until(() => outside.mailgun.mails.length > 0);

  for (const given of provider.given) api.secret("a token of the provider", given);
  expect(provider.given.size).toBeGreaterThan(2);
  expect(provider.revoked.size).toBeGreaterThan(0);
  for (const path of outside.slack.secrets) api.secret("an address at Slack", path);
  await administrator(id);
  expect(await api.leaks()).toEqual([]);
  await browser.send(`${api.url}/sign-out`, { csrf: await csrfIn(browser) });
  expect(await api.leaks()).toEqual([]);
  const { answers, lines } = api.seen();
  expect([answers > 40, lines > 40]).toEqual([true, true]);
}, 60_000);

/** To the provider and back, one call at a time. */
async function signIn(browser: UserAgent): Promise<void> {
  provider.people.set("ada", {
    sub: "0a0a0a0a-0000-4000-8000-000000000001",
    linked: [],
    claims: { name: "Ada", email: "ada@uni.example", email_verified: true },
  });
  let shown: Shown = await browser.open(`${api.url}/sign-in?go=1`);
  const leaves = /^GET \/sign-in/;
  const asked = new URL(shown.headers.location ?? "").searchParams;
  for (const name of ["state", "nonce"]) api.secret(`the ${name}`, asked.get(name) ?? "", leaves);
  api.secret("the cookie of a sign-in", cookieIn(shown), leaves);
  shown = await browser.get(shown.headers.location ?? "");
  shown = await browser.post(shown.url, { login: "ada", answer: "allow" });
  while (!shown.headers.location?.startsWith(`${api.url}/auth-callback`))
    shown = await browser.open(new URL(shown.headers.location ?? "", shown.url).href);
  const back = new URL(shown.headers.location);
  api.secret("the code of the provider", back.searchParams.get("code") ?? "");
  shown = await browser.open(back.href);
  expect(shown.status, shown.text).toBe(303);
  api.secret("the cookie of a session", cookieIn(shown), /^GET \/auth-callback/);
  // A second time, it is refused by a page
  expect((await browser.open(back.href)).status).toBe(400);
}

function cookieIn({ headers }: Shown): string {
  const lines = headers["set-cookie"] ?? [];
  const values = lines.map((line) => /^[^=]+=([\w-]{43})/.exec(line)?.[1]);
  return values.find((value) => value !== undefined) ?? "";
}

async function account(): Promise<{ id: string; state: string }> {
  const sql = "SELECT id, state FROM users WHERE email = 'ada@uni.example'";
  const [row] = await api.ledger.ctx.db.query<{ id: string; state: string }>(sql);
  if (!row) throw new Error("Nobody has signed in.");
  return row;
}

async function csrfIn(browser: UserAgent): Promise<string> {
  const { text } = await browser.get(`${api.url}/profile`);
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
}

/** With it administrators are told at Slack. */
async function profile(browser: UserAgent, id: string): Promise<void> {
  const csrf = await csrfIn(browser);
  api.secret("what proves a form", csrf, /^(GET|POST) \/(?!v1)/);
  await browser.send(`${api.url}/profile`, { csrf, name: "Ada", institution: "Uni" });
  expect((await account()).state).toBe("pending");
  await told(() => outside.slack.posts.some((post) => JSON.stringify(post).includes(id)));
}

/** An answer that Slack refuses, and one that it takes. */
async function slack(id: string): Promise<void> {
  for (const later of [0, -1_000]) {
    const responseUrl = outside.slack.responseUrl();
    if (later === 0) outside.slack.script({ status: 500, body: responseUrl });
    const body = pressed({ account: id, responseUrl });
    const headers = signed(body, { later });
    api.secret("a signature of Slack", headers["x-slack-signature"]?.slice(3) ?? "");
    await api.call({ method: "POST", path: "/slack", headers, body });
  }
  expect((await account()).state).toBe("approved");
  await told(() => outside.slack.posts.length > 1);
}

function told(find: () => boolean): Promise<unknown> {
  return until(() => {
    clock.advance(1);
    api.ledger.ctx.notifier.notify(noticesChannel);
    return find();
  });
}

/** Made and replaced on pages: each is on the page that gives it. */
async function tokens(browser: UserAgent): Promise<void> {
  const csrf = await csrfIn(browser);
  const made = await browser.post(`${api.url}/tokens`, {
    ...{ csrf, name: "laptop", read: "on", submit: "on", days: "" },
  });
  const secret = secretOn(made);
  api.secret("a token of a page", secret, /^POST \/tokens$/);
  // It is for refreshing alone
  expect((await api.get("/v1/requests", bearer(secret))).status).toBe(401);
  const refreshed = await api.call({
    ...{ method: "POST", path: "/token/refresh", headers: bearer(secret) },
  });
  const access = String(refreshed.json().access_token);
  api.secret("its access token", access, refreshed);
  expect((await api.get("/v1/requests", bearer(access))).status).toBe(200);
  const listed = await browser.get(`${api.url}/tokens`);
  const path = /href="(\/tokens\/[0-9a-f-]{36})"/.exec(listed.text)?.[1] ?? "";
  await browser.get(api.url + path);
  const replaced = await browser.post(`${api.url}${path}/replace`, { csrf });
  api.secret("a token that replaced it", secretOn(replaced), /^POST \/tokens\/[^/]+\/replace$/);
  expect((await api.get("/v1/requests", bearer(access))).status).toBe(401);
}

function secretOn({ status, text }: Shown): string {
  expect(status, text).toBeLessThan(300);
  return /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0] ?? "";
}

/** Keys of a request, as they are given, used and misused. */
async function results(browser: UserAgent, owner: string): Promise<void> {
  const request = await api.ledger.submit(1, { owner });
  const path = `/v1/requests/${request}/s3`;
  const given = await api.get(path, { cookie: cookieOf(browser), origin: api.url });
  const { access_key: accessKey, secret_key: secretKey } = given.json() as Record<string, string>;
  api.secret("an S3 key", String(secretKey), given, /^GET \/requests\/[^/]+\/s3$/);
  await browser.get(`${api.url}/requests/${request}/s3`);
  const port = Number(new URL(s3.url).port);
  const keys = { accessKey: String(accessKey), secretKey: String(secretKey) };
  for (const address of [`/${request}`, `/${request}/none`, "/", "/another"]) {
    const hash = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    const { headers, signature } = sign(keys, "GET", address, {
      host: `127.0.0.1:${port}`,
      ...hash,
    });
    api.secret("a signature of S3", signature);
    await api.callAt(port, { path: address, headers });
    await api.callAt(port, {
      path: address,
      headers: { ...headers, "x-amz-date": "20200101T000000Z" },
    });
  }
}

function cookieOf(browser: UserAgent): string {
  const name = `longshore-session-${new URL(api.url).port}`;
  return `${name}=${browser.cookie(api.url, name)}`;
}

/** What is kept of all that, as an administrator reads it. */
async function administrator(id: string): Promise<void> {
  const scopes = ["read", "submit", "admin"] as const;
  const admin = await addPerson(api.ledger.ctx, { admin: true, scopes: [...scopes] });
  for (const path of ["/v1/acts", "/v1/notices", "/v1/users", `/v1/tokens?owner=${id}`, "/metrics"])
    for (const accept of ["application/json", "text/html"])
      await api.get(path, { ...bearer(admin.accessToken), accept });
  for (const path of ["acts", "notices", "users", `users/${id}`, "groups"])
    await api.get(`/admin/${path}`, { ...bearer(admin.accessToken), accept: "text/html" });
}
