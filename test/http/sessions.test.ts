// What a browser's session is good for, and what it is not.
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticator } from "../../src/auth/authenticate.ts";
import { loggerTo } from "../../src/log.ts";
import { pages } from "../../src/web/index.ts";
import { type Answer, openApi } from "../support/api.ts";
import { addPerson, bearer, browserOf } from "../support/people.ts";
import { atProvider, openSignIn, type SignInService } from "../support/sign-in.ts";
import { openUserAgent, type Shown } from "../support/user-agent.ts";

let service: SignInService;
let url: string;
const logged: string[] = [];

beforeAll(async () => {
  const log = loggerTo({ write: (line) => logged.push(line) }, "trace");
  service = await openSignIn({ log });
  ({ url } = service.api);
});

afterAll(() => service.close());

const form = { "content-type": "application/x-www-form-urlencoded" };
const codeOf = ({ text }: Pick<Answer, "text">) =>
  String(JSON.parse(text).type).replace("urn:longshore:problem:", "");

/** What a form of this page has in its hidden field. */
function csrfIn({ text }: Pick<Shown, "text">): string {
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
}

describe("signing out", () => {
  test("ends the session here, and its cookie is refused from then on", async () => {
    const agent = openUserAgent();
    const page = await service.signIn(service.somebody(), agent);
    const cookie = agent.cookie(url, service.cookieName) ?? "";
    expect(page.text).toContain("Sign out</button>");
    const shown = await agent.send(`${url}/sign-out`, { csrf: csrfIn(page) });
    expect([shown.status, shown.url]).toEqual([200, `${url}/signed-out`]);
    expect(agent.cookie(url, service.cookieName)).toBeUndefined();
    agent.setCookie(service.cookieName, cookie);
    expect((await agent.open(`${url}/profile`, { accept: "*/*" })).status).toBe(401);
    const again = await agent.send(`${url}/sign-out`, {});
    expect([again.status, again.url]).toEqual([200, `${url}/signed-out`]);
  });

  test("ends it at the provider too, by the link on the last page", async () => {
    const agent = openUserAgent();
    const page = await service.signIn(service.somebody(), agent);
    const shown = await agent.send(`${url}/sign-out`, { csrf: csrfIn(page) });
    const known = await agent.get(`${url}/sign-in?go=1`);
    expect(atProvider(known), "the provider still knows the browser").toBe(false);
    const link = /href="(http[^"]+\/v2\/web\/logout[^"]+)"/.exec(shown.text)?.[1] ?? "";
    const asked = await agent.get(link.replaceAll("&amp;", "&"));
    const [, action = "", xsrf = ""] =
      /action="([^"]+)"><input type="hidden" name="xsrf" value="([^"]+)"/.exec(asked.text) ?? [];
    const done = await agent.send(action, { xsrf, logout: "yes" });
    expect(done.text).toContain("You are signed out at the provider.");
    expect(atProvider(await agent.get(`${url}/sign-in?go=1`))).toBe(true);
  });

  test("is no matter of a link: that shows a button", async () => {
    const agent = openUserAgent();
    await service.signIn(service.somebody(), agent);
    const shown = await agent.get(`${url}/sign-out`);
    expect(shown.text).toContain("<h1>Sign out?</h1>");
    expect((await agent.get(`${url}/profile`)).status).toBe(200);
    expect((await openUserAgent().get(`${url}/sign-out`)).url).toBe(`${url}/signed-out`);
  });
});

/** A second sign-out is nobody's; the fields are of none of these forms. */
const answered: Record<string, number> = {
  "/sign-out": 303,
  "/profile": 400,
  "/tokens": 400,
  "/first-admin": 403,
  "/admin/groups": 400,
  "/admin/keys": 400,
};

describe.each(pages.filter(({ method }) => method === "post").map(({ path }) => path))(
  "a form sent to %s",
  (path) => {
    const id = "00000000-0000-4000-8000-000000000000";
    const numbered = path.replace("{file}", "1").replace("{notice}", "999999999");
    const address = numbered.replace("{id}", id);
    let headers: Record<string, string>;
    let csrf: string;

    beforeAll(async () => {
      const { ctx } = service.api.ledger;
      headers = await browserOf(ctx, (await addPerson(ctx, { admin: true })).id);
      csrf = csrfIn(await service.api.get("/", headers));
      expect(csrf).not.toBe("");
    });

    const send = (more: Record<string, string | undefined>, body: string) => {
      const all = Object.entries({ ...headers, ...form, ...more });
      const sent = Object.fromEntries(all.filter(([, value]) => value !== undefined));
      const call = { method: "POST", path: address, headers: sent as Record<string, string>, body };
      return service.api.call(call);
    };

    test.each([
      ["without an origin", { origin: undefined }],
      ["of a page without an origin", { origin: "null" }],
      ["of a page of another site", { origin: "https://elsewhere.example" }],
      ["of another port of this host", { origin: "http://127.0.0.1:1" }],
      ["of a page of a host next door", { origin: undefined, "sec-fetch-site": "same-site" }],
    ])("%s is refused", async (_where, more) => {
      const answer = await send(more, `confirm=yes&csrf=${csrf}`);
      expect([answer.status, codeOf(answer)]).toEqual([403, "foreign_origin"]);
    });

    test("of a page for another session, or of none, is refused", async () => {
      const { ctx } = service.api.ledger;
      const other = await browserOf(ctx, (await addPerson(ctx)).id);
      const foreign = csrfIn(await service.api.get("/", other));
      for (const given of ["", "csrf=", "csrf=wrong", `csrf=${foreign}`]) {
        const answer = await send({}, `confirm=yes&${given}`);
        expect([answer.status, codeOf(answer)], given).toEqual([403, "foreign_form"]);
      }
    });

    test("of our own page counts, by its origin or by what the browser says of it", async () => {
      const own = `confirm=yes&code=BBBB-BBBB&answer=deny&csrf=${csrf}`;
      for (const more of [{ origin: undefined, "sec-fetch-site": "same-origin" }, {}]) {
        const { status } = await send(more, own);
        // There is no such request, person, token or code.
        expect(status).toBe(answered[path] ?? 404);
      }
    });
  },
);

test("the addresses where old clients send people lead to sign-in and their tokens", async () => {
  const agent = openUserAgent();
  await service.signIn(service.somebody(), agent);
  for (const [path, to] of [
    ["/api-token", "/tokens"],
    ["/profile", "/profile"],
  ])
    expect((await agent.get(`${url}${path}`)).url).toBe(`${url}${to}`);
  const stranger = await openUserAgent().get(`${url}/api-token`);
  expect(stranger.url).toBe(`${url}/sign-in?return_to=%2Ftokens`);
});

test("a call of the API by a session has to come from our own pages", async () => {
  const { ctx } = service.api.ledger;
  const { origin, cookie = "" } = await browserOf(ctx, (await addPerson(ctx)).id);
  const noop = { dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] };
  const submit = (headers: Record<string, string>) =>
    service.api.post("/v1/requests", noop, { cookie, ...headers });
  expect((await submit({})).status).toBe(403);
  expect((await submit({ origin: "null" })).status).toBe(403);
  expect((await submit({ "sec-fetch-site": "none" })).status).toBe(403);
  expect((await submit({ origin: String(origin) })).status).toBe(201);
});

test("whose a session is, is not asked for what everybody may have, such as a page's style", async () => {
  const { ctx } = service.api.ledger;
  const headers = await browserOf(ctx, (await addPerson(ctx)).id);
  const authenticate = authenticator(ctx);
  const socket = { remoteAddress: "127.0.0.1" };
  const request = { headers, method: "GET", socket } as unknown as IncomingMessage;
  expect(await authenticate(request, "service.read")).toMatchObject({ kind: "user" });
  expect(await authenticate(request, "service.health")).toEqual({ kind: "anonymous" });
});

test("a token counts more than the session of the same browser, also one that is wrong", async () => {
  const { ctx } = service.api.ledger;
  const [ann, bob] = [await addPerson(ctx), await addPerson(ctx)];
  const { cookie = "" } = await browserOf(ctx, ann.id);
  const noop = { dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] };
  const headers = { cookie, ...bearer(bob.accessToken) };
  expect((await service.api.post("/v1/requests", noop, headers)).json().owner).toBe(bob.id);
  const wrong = await service.api.get("/v1/requests", { cookie, ...bearer("x") });
  expect(wrong.status).toBe(401);
});

test("defect 29: a person who waits, or is shut out, gets nothing by a session", async () => {
  const { ctx } = service.api.ledger;
  for (const state of ["new", "pending", "rejected", "suspended"] as const) {
    const person = await addPerson(ctx, { state });
    const headers = await browserOf(ctx, person.id);
    for (const path of ["/v1/requests", "/v1/tokens", "/servicex/transformation"]) {
      const answer = await service.api.get(path, headers);
      expect(answer.status, `${state} ${path}`).toBe(401);
    }
  }
  const boss = await addPerson(ctx, { admin: true });
  const headers = await browserOf(ctx, boss.id);
  expect((await service.api.get("/v1/limits", headers)).status).toBe(200);
  await ctx.db.query("UPDATE users SET admin = false WHERE id = $1", [boss.id]);
  ctx.people.changed(boss.id);
  expect((await service.api.get("/v1/limits", headers)).status).toBe(403);
});

test("defect 32: a GET by a session cancels nothing", async () => {
  const { ctx } = service.api.ledger;
  const person = await addPerson(ctx);
  const headers = await browserOf(ctx, person.id);
  const id = await service.api.ledger.submit(1, { owner: person.id });
  const path = `/servicex/transformation/${id}/cancel`;
  const refused = await service.api.get(path, headers);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("send a POST")]);
  expect((await service.api.ledger.read(id)).state).not.toMatch(/^cancel/);
  expect((await service.api.post(path, {}, headers)).status).toBe(200);
});

test("defect 34: no token of the provider is kept, shown or logged, and all are given back", async () => {
  const { given, revoked } = service.provider;
  given.clear();
  revoked.clear();
  const agent = openUserAgent();
  const shown = await service.signIn(service.somebody(), agent);
  expect(given.size).toBe(4);
  const idTokens = [...given].filter((token) => token.split(".").length === 3);
  expect([...revoked].toSorted()).toEqual(
    [...given].filter((token) => !idTokens.includes(token)).toSorted(),
  );
  const { query } = service.api.ledger.ctx.db;
  const tables = ["users", "identities", "sessions", "sign_ins", "acts"];
  const rows = await Promise.all(tables.map((table) => query(`SELECT * FROM ${table}`)));
  const cookie = agent.cookie(url, service.cookieName) ?? "";
  const kept = JSON.stringify(rows);
  expect(logged.join("")).toContain("/auth-callback");
  for (const secret of [...given, cookie, service.provider.env.OIDC_CLIENT_SECRET ?? ""]) {
    expect(secret).not.toBe("");
    expect(kept + logged.join("") + shown.text).not.toContain(secret);
  }
  for (const token of given) expect(cookie).not.toContain(token);
});

test("over https a cookie is for this host and https alone", async () => {
  const named = await openApi({
    env: { ...service.provider.env, PUBLIC_URL: "https://longshore.example" },
  });
  try {
    const begun = await named.get("/sign-in?go=1");
    expect(begun.status).toBe(303);
    const [cookie = ""] = begun.headers["set-cookie"] ?? [];
    expect(cookie.replace(/=[\w-]{43};/, "=…;")).toBe(
      "__Host-longshore-sign-in=…; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600",
    );
    const location = new URL(begun.headers.location ?? "");
    const query = location.searchParams;
    expect(query.get("redirect_uri")).toBe("https://longshore.example/auth-callback");
    expect(query.get("code_challenge_method")).toBe("S256");
    for (const name of ["state", "nonce", "code_challenge"])
      expect(query.get(name)).toMatch(/^[\w-]{43}$/);
    const out = await named.call({ method: "POST", path: "/sign-out", headers: form });
    expect(out.headers["set-cookie"]).toEqual([
      "__Host-longshore-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0",
    ]);
  } finally {
    await named.close();
  }
});

test("on loopback a cookie has the port in its name, which keeps services apart", async () => {
  const agent = openUserAgent();
  const login = service.somebody();
  const page = await agent.get(`${url}/sign-in?go=1`);
  let shown = await agent.post(page.url, { login, answer: "allow" });
  while (!shown.headers["set-cookie"]?.some((line) => line.startsWith(service.cookieName)))
    shown = await agent.open(new URL(String(shown.headers.location), shown.url).href);
  const [line = ""] = shown.headers["set-cookie"] ?? [];
  expect(line.replace(/=[\w-]{43};/, "=…;")).toBe(
    `${service.cookieName}=…; Path=/; HttpOnly; SameSite=Lax`,
  );
});

describe("a provider that does all that its document says", () => {
  test("is asked for the person, and vouches for an address by saying so", async () => {
    const plain = await openSignIn({ kind: "plain", env: { JWT_ADMIN: "boss@uni.example" } });
    try {
      const boss = { email: "boss@uni.example", organization: "Lab" };
      const unsaid = plain.somebody(boss);
      const shown = await plain.signIn(unsaid);
      expect([shown.status, new URL(shown.url).pathname]).toEqual([200, "/profile"]);
      expect(await plain.account(unsaid)).toMatchObject({
        name: "Somebody",
        email: "boss@uni.example",
        email_verified: false,
        institution: "Lab",
        admin: false,
      });
      const said = plain.somebody({ ...boss, email_verified: true });
      const agent = openUserAgent();
      const page = await plain.signIn(said, agent);
      expect(await plain.account(said)).toMatchObject({ email_verified: true, admin: true });
      const out = await agent.send(`${plain.api.url}/sign-out`, { csrf: csrfIn(page) });
      expect(out.text).toContain(`${plain.provider.issuer}/v2/web/logout?client_id=`);
    } finally {
      await plain.close();
    }
  });

  test("vouches for its own claim of an address, and for no other one that a setting names", async () => {
    const plain = await openSignIn({
      kind: "plain",
      env: { JWT_ADMIN: "boss@uni.example", OIDC_EMAIL_CLAIM: "preferred_username" },
    });
    try {
      const login = plain.somebody({
        email: "clerk@uni.example",
        email_verified: true,
        preferred_username: "boss@uni.example",
      });
      await plain.signIn(login);
      expect(await plain.account(login)).toMatchObject({
        email: "boss@uni.example",
        email_verified: false,
        admin: false,
      });
    } finally {
      await plain.close();
    }
  });
});

test("without a provider the page says that nobody signs in, and nothing leads to it", async () => {
  const alone = await openApi({ env: { ENABLE_AUTH: "true" } });
  const html = { accept: "text/html" };
  const page = await alone.get("/sign-in?go=1", html);
  expect(page.text).toContain("Nobody signs in on this website");
  const refused = await alone.get("/requests/00000000-0000-4000-8000-000000000000", html);
  expect(refused.status).toBe(401);
  expect((await alone.get("/", html)).text).not.toContain("Sign in</a>");
  const callback = await alone.get("/auth-callback?code=x&state=y");
  expect([callback.status, codeOf(callback)]).toEqual([409, "no_provider"]);
  await alone.close();
});

test("with identity off nothing signs in or out, and no cookie is set or read", async () => {
  const off = await openApi();
  const cookie = "longshore-session-1=x; longshore-sign-in-1=y";
  for (const path of ["/sign-in", "/sign-in?go=1", "/sign-out", "/signed-out", "/profile"]) {
    const answer = await off.get(path, { cookie });
    expect([answer.status, answer.headers.location], path).toEqual([302, "/#servicex"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  }
  const callback = await off.get("/auth-callback?code=x&state=y", { cookie });
  expect([callback.status, codeOf(callback)]).toEqual([409, "identity_off"]);
  const out = await off.call({ method: "POST", path: "/sign-out", headers: form });
  expect([out.status, codeOf(out)]).toEqual([409, "identity_off"]);
  const { text } = await off.get("/");
  expect(text).not.toMatch(/Sign (in|out)|name="csrf"/);
  expect((await off.get("/v1/requests", { cookie })).status).toBe(200);
  await off.close();
});
