// No secret stands anywhere but in the answer that gives it; and who asks about others, learns
// nothing by the difference between what there is and what there is not.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { answerDevice } from "../../src/auth/device/decide.ts";
import { publicEndpoints } from "../../src/facades/servicex/public/index.ts";
import { routes } from "../../src/http/routes/index.ts";
import { newFirstAdminLink } from "../../src/users/first-admin.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { pages } from "../../src/web/index.ts";
import type { Answer } from "../support/api.ts";
import { addPerson, bearer, browserOf, type Person } from "../support/people.ts";
import { openWatchedApi, type WatchedApi } from "../support/secrets.ts";

const secretKey = "the-key-of-this-service-7c1d";
const tokenKey = "the-key-of-its-tokens-19ab";
const clientSecret = "the-secret-of-the-client-55e0";
const signingSecret = "the-secret-of-slack-8e21";
const webhook = "https://hooks.slack.com/services/T1/B1/of-the-webhook-70ab";
const mailKey = "the-key-of-mailgun-3b9d";
let api: WatchedApi;
let ann: Person;
let admin: Person;
let link: string;

beforeAll(async () => {
  api = await openWatchedApi({
    env: {
      ENABLE_AUTH: "true",
      SECRET_KEY: secretKey,
      JWT_SECRET_KEY: tokenKey,
      OIDC_ISSUER: "http://127.0.0.1:1",
      OIDC_CLIENT_ID: "longshore",
      OIDC_CLIENT_SECRET: clientSecret,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_APPROVERS: "U1",
      SLACK_TEAM: "T1",
      SIGNUP_WEBHOOK_URL: webhook,
      MAILGUN_API_KEY: mailKey,
      MAILGUN_DOMAIN: "mail.example.org",
    },
  });
  const { ctx } = api.ledger;
  // There is one only while there is no administrator
  link = (await newFirstAdminLink(ctx)) ?? "";
  Object.assign(ctx.urls, { s3: () => "http://127.0.0.1:1" });
  ann = await addPerson(ctx);
  admin = await addPerson(ctx, { admin: true, scopes: ["read", "submit", "admin"] });
});

afterAll(() => api.close());

const as = ({ accessToken }: Pick<Person, "accessToken">) => bearer(accessToken);

test("secrets are in the answers that give them, and nowhere else", async () => {
  const { ctx } = api.ledger;
  const settings = { secretKey, tokenKey, clientSecret, signingSecret, webhook, mailKey };
  for (const [name, value] of Object.entries(settings)) api.secret(name, value);
  for (const [name, person] of Object.entries({ ann, admin })) {
    api.secret(`the API token of ${name}`, person.apiToken);
    api.secret(`the access token of ${name}`, person.accessToken);
  }

  const made = await api.post("/v1/tokens", { name: "laptop" }, as(ann));
  const { secret, token } = made.json() as { secret: string; token: { id: string } };
  api.secret("a token that was made", secret, made);
  const refresh = (text: string) =>
    api.call({ method: "POST", path: "/token/refresh", headers: bearer(text) });
  const refreshed = await refresh(secret);
  const access = String(refreshed.json().access_token);
  api.secret("an access token", access, refreshed);
  const replaced = await api.post(`/v1/tokens/${token.id}/replace`, {}, as(ann));
  api.secret("a token that replaced it", String(replaced.json().secret), replaced);
  expect((await refresh(secret)).status).toBe(401);
  expect((await api.get("/v1/requests", bearer(access))).status).toBe(401);

  const browsers = await Promise.all([ann, admin].map(({ id }) => browserOf(ctx, id)));
  for (const { cookie = "" } of browsers) api.secret("a cookie", cookie.split("=")[1] ?? "");
  for (const { cookie = "" } of browsers) {
    const csrf = await csrfIn(cookie);
    // The forms of the pages of its own session
    api.secret("what proves a form", csrf, /^GET \/(?!v1)/);
  }
  const workToken = await ctx.workTokens.issue({}, 60);
  api.secret("a work token", workToken);

  const path = "https://mel:of-an-address-4471@127.0.0.9/a.csv?X-Amz-Signature=of-an-address-9920";
  const submitted = await api.post(
    "/v1/requests",
    { dataset: { files: [path] }, steps: [{ operation: "noop" }] },
    as(ann),
  );
  const id = String(submitted.json().id);
  await api.ledger.published(id, 1);
  const claim = { worker: "w", operations: ["noop"], leaves_barred: true };
  const claimed = await api.post("/v1/work/claim", claim, bearer(workToken));
  for (const part of ["of-an-address-4471", "of-an-address-9920"])
    api.secret("the secret of an address", part, claimed);
  expect(claimed.text).toContain("of-an-address-4471");

  const key = await api.post(
    "/v1/access-keys",
    { kind: "key", name: "script", owner: ann.id },
    as(admin),
  );
  api.secret("a key", String(key.json().secret), key);
  expect((await api.get("/v1/requests", bearer(String(key.json().secret)))).status).toBe(200);
  const admitted = await api.post("/v1/worker-tokens", { operations: ["noop"] }, as(admin));
  api.secret("a worker's token", String(admitted.json().token), admitted);
  const buckets = await api.get(`/v1/requests/${id}/s3`, as(ann));
  api.secret("an S3 key", String(buckets.json().secret_key), ofS3);
  await device();
  // The page asks with it, in a form
  api.secret("the link of the first administrator", link, /^GET \/first-admin/);
  const fromProvider = { code: "of-the-provider-6d02", state: "of-the-sign-in-1f7c" };
  for (const [name, value] of Object.entries(fromProvider)) api.secret(`the ${name}`, value);

  await everywhere(id, [as(ann), as(admin), ...browsers, {}, bearer("a.b.c")]);
  for (const headers of [{}, ...browsers]) {
    await api.get(`/auth-callback?${new URLSearchParams(fromProvider)}`, headers);
    await api.get(`/first-admin?secret=${link}`, headers);
    for (const wrong of ["/v1/requests", "/v1/nothing", "/nothing", "/servicex"])
      await api.get(`${wrong}?${new URLSearchParams({ access_token: ann.accessToken })}`, headers);
  }
  expect(await api.leaks()).toEqual([]);
  const { answers, lines } = api.seen();
  expect(answers).toBeGreaterThan(300);
  expect(lines).toBeGreaterThan(300);
  // What is no secret is found, in answers and in rows.
  api.secret("a name", "A person");
  expect((await api.leaks()).length).toBeGreaterThan(2);
});

/** A program's, from its code to a token that is refreshed and revoked. */
async function device(): Promise<void> {
  const { ctx } = api.ledger;
  const post = (path: string, fields: Record<string, string>) =>
    api.call({
      method: "POST",
      path: `/oauth/${path}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: "laptop", ...fields }).toString(),
    });
  const begun = await post("device_authorization", { scope: "read" });
  const { device_code: code, user_code: typed } = begun.json() as Record<string, string>;
  api.secret("a device's code", String(code), begun);
  api.secret("the code that a person types", String(typed), begun);
  const person: Caller = { kind: "user", owner: ann.id, by: "session" };
  await answerDevice(ctx, person, String(typed), "approve");
  const grant = "urn:ietf:params:oauth:grant-type:device_code";
  const given = await post("token", { grant_type: grant, device_code: String(code) });
  const { access_token: access, refresh_token: token } = given.json() as Record<string, string>;
  api.secret("a device's access token", String(access), given);
  api.secret("a device's token", String(token), given);
  await post("token", { grant_type: grant, device_code: String(code) });
  await post("token", { grant_type: "refresh_token", refresh_token: `${token}x` });
  await post("revoke", { token: String(token) });
}

async function csrfIn(cookie: string): Promise<string> {
  const { text } = await api.get("/profile", { cookie, accept: "text/html" });
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
}

/** Whoever may read a request has its keys by these calls. */
const ofS3 = /^GET \/(v1\/requests\/[^/]+\/s3|requests\/[^/]+\/s3|servicex\/transformation)/;

/** Each address that only reads, as each of these callers. */
async function everywhere(id: string, callers: Record<string, string>[]): Promise<void> {
  const { dataset } = await api.ledger.read(id);
  const values: Record<string, string> = { id, dataset: dataset.id, file: "1", operation: "noop" };
  const reading = [...routes, ...publicEndpoints, ...pages].filter(
    ({ method }) => method === "get",
  );
  const paths = reading
    .map(({ path }) =>
      path.replaceAll(/\{(\w+)\}|:(\w+)/g, (_, one, two) => values[one ?? two] ?? id),
    )
    .filter((path) => !path.endsWith("/events"));
  for (const path of new Set(paths))
    for (const headers of callers) {
      await api.get(path, headers);
      if (headers.cookie) await api.get(path, { ...headers, accept: "text/html" });
    }
}

test("what others have is answered as what there is not", async () => {
  const { ctx } = api.ledger;
  const bob = await addPerson(ctx);
  const gone = await addPerson(ctx);
  await ctx.people.write((db) => moveUser(db, gone.id, "remove"));
  ctx.people.changed(gone.id);
  const body = { dataset: { files: ["/b"] }, steps: [{ operation: "noop" }] };
  const request = String((await api.post("/v1/requests", body, as(bob))).json().id);
  const { dataset } = await api.ledger.read(request);
  const asked: [method: string, path: (id: string) => string, ...ids: string[]][] = [
    ["GET", (id) => `/v1/tokens?owner=${id}`, bob.id, gone.id, randomUUID()],
    ["DELETE", (id) => `/v1/tokens/${id}`, bob.token, randomUUID()],
    ["POST", (id) => `/v1/tokens/${id}/replace`, bob.token, randomUUID()],
    ["GET", (id) => `/v1/requests/${id}`, request, randomUUID()],
    ["GET", (id) => `/v1/requests/${id}/files`, request, randomUUID()],
    ["POST", (id) => `/v1/requests/${id}/cancel`, request, randomUUID()],
    ["GET", (id) => `/v1/datasets/${id}`, dataset.id, "999999"],
    ["GET", (id) => `/servicex/transformation/${id}`, request, randomUUID()],
    ["GET", (id) => `/v1/groups/${id}/members`, randomUUID(), randomUUID()],
  ];
  for (const [method, path, ...ids] of asked) {
    const answers: string[] = [];
    for (const id of ids) {
      const answer = await api.call({ method, path: path(id), headers: as(ann) });
      answers.push(`${answer.status} ${withoutIds(answer, id)}`);
    }
    expect(new Set(answers).size, `${method} ${path("…")}: ${answers.join("\n")}`).toBe(1);
  }
});

test("a credential of nobody and one that is wrong are refused alike, and one of the past is refused", async () => {
  const { ctx } = api.ledger;
  const gone = await addPerson(ctx);
  await ctx.people.write((db) => moveUser(db, gone.id, "remove"));
  ctx.people.changed(gone.id);
  const [header = "", payload = ""] = ann.accessToken.split(".");
  const forged = `${header}.${payload}.${"A".repeat(43)}`;
  const unknown = `${header}.${Buffer.from('{"sub":"nobody"}').toString("base64url")}.x`;
  const answers = await Promise.all(
    [forged, unknown].map((token) => api.get("/v1/requests", bearer(token))),
  );
  expect(new Set(answers.map((answer) => `${answer.status} ${withoutIds(answer, "")}`)).size).toBe(
    1,
  );
  expect((await api.get("/v1/requests", as(gone))).status).toBe(401);
});

function withoutIds({ text }: Answer, id: string): string {
  return text.replaceAll(id === "" ? "\0" : id, "<id>");
}
