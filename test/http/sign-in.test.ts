// Sign-in at a provider that does as Globus Auth does, and what follows from it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveUser } from "../../src/users/move-store.ts";
import type { UserMove } from "../../src/users/state.ts";
import { openBeside } from "../support/context.ts";
import { atProvider, openSignIn, type SignInService } from "../support/sign-in.ts";
import { openUserAgent, type Shown, type UserAgent } from "../support/user-agent.ts";
import { until } from "../support/wait.ts";

let service: SignInService;
let url: string;

beforeAll(async () => {
  service = await openSignIn({ env: { JWT_ADMIN: "Boss@uni.example" } });
  ({ url } = service.api);
});

afterAll(() => service.close());

async function move(login: string, by: UserMove): Promise<void> {
  const { people } = service.api.ledger.ctx;
  const id = (await service.account(login))?.id ?? "";
  expect(await people.write((db) => moveUser(db, id, by))).toBe(true);
  people.changed(id);
}

/** Somebody whose account is approved, and their browser. */
async function approved(): Promise<{ login: string; agent: UserAgent }> {
  const login = service.somebody();
  const agent = openUserAgent();
  await service.signIn(login, agent);
  await move(login, "approve");
  return { login, agent };
}

const pathOf = ({ url: at }: Shown) => at.slice(url.length);
const cookieOf = (agent: UserAgent) => agent.cookie(`${url}/`, service.cookieName);

function sentence({ text }: Shown): string {
  return /class="sentence">([^<]*)</.exec(text)?.[1]?.replaceAll("&#39;", "'") ?? "";
}

describe("signing in", () => {
  test("a person comes back as a new account, with what the provider says of them", async () => {
    const login = service.somebody({ name: "Ann", organization: "University of Examples" });
    const shown = await service.signIn(login);
    expect([shown.status, pathOf(shown)]).toEqual([200, "/profile"]);
    expect(shown.text).toContain("Your account is new.");
    expect(await service.account(login)).toMatchObject({
      state: "new",
      admin: false,
      name: "Ann",
      email: `${login}@uni.example`,
      email_verified: true,
      institution: "University of Examples",
    });
  });

  test("what somebody opens without a session leads to sign-in, and from there back", async () => {
    const { login } = await approved();
    const agent = openUserAgent();
    const asked = "/requests/00000000-0000-4000-8000-000000000000?state=failed";
    const shown = await agent.get(`${url}${asked}`);
    expect(shown.url).toBe(`${url}/sign-in?${new URLSearchParams({ return_to: asked })}`);
    const link = /href="([^"]*go=1[^"]*)"/.exec(shown.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    // Of the host that the provider sends people back to, whatever name they have used for it.
    expect(link).toContain(`${url}/sign-in?go=1`);
    const page = await agent.get(link);
    const back = await agent.send(page.url, { login, answer: "allow" });
    expect([back.status, pathOf(back)]).toEqual([404, asked]);
  });

  test("a program without a session is told 401, and so is a form", async () => {
    expect((await service.api.get("/v1/requests")).status).toBe(401);
    const form = await service.api.call({
      method: "POST",
      path: "/requests/00000000-0000-4000-8000-000000000000/cancel",
      headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
    });
    expect(form.status).toBe(401);
  });

  test("two tabs at once both end signed in", async () => {
    const { login, agent } = await approved();
    const browser = openUserAgent();
    const begin = (path: string) => browser.get(`${url}/sign-in?go=1&return_to=${path}`);
    const [one, two] = [await begin("/docs"), await begin("/")];
    expect([atProvider(one), atProvider(two)]).toEqual([true, true]);
    const second = await browser.send(two.url, { login, answer: "allow" });
    const first = await browser.send(one.url, { login, answer: "allow" });
    expect([first.status, pathOf(first), second.status, pathOf(second)]).toEqual([
      200,
      "/docs",
      200,
      "/",
    ]);
    expect((await browser.get(`${url}/v1/requests`)).status).toBe(200);
    expect((await agent.get(`${url}/v1/requests`)).status).toBe(200);
  });

  test("two first sign-ins of one person at once make one account", async () => {
    const login = service.somebody();
    const shown = await Promise.all([1, 2, 3].map(() => service.signIn(login)));
    expect(shown.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { query } = service.api.ledger.ctx.db;
    const rows = await query("SELECT 1 FROM users WHERE email = $1", [`${login}@uni.example`]);
    expect(rows).toHaveLength(1);
  });

  test("people without an address or a name come in, and their page says what is missing", async () => {
    const login = service.somebody({ email: undefined, name: null });
    const shown = await service.signIn(login);
    expect(shown.text).toContain("Your sign-in gives none: type one below");
    const account = await service.account(login);
    expect(account).toMatchObject({ name: null, email: null, email_verified: false });
  });
});

describe("a sign-in that does not end well says what to do", () => {
  test("refused consent", async () => {
    const agent = openUserAgent();
    const page = await agent.get(`${url}/sign-in?go=1`);
    const shown = await agent.send(page.url, { answer: "deny" });
    expect(shown.status).toBe(403);
    expect(sentence(shown)).toMatch(/was not allowed to know who you are.*sign in again and allow/);
    expect(shown.text).toContain("Sign in again</a>");
    expect(cookieOf(agent)).toBeUndefined();
  });

  test("another refusal of the provider is named, and any other text is not shown", async () => {
    for (const [error, named] of [
      ["temporarily_unavailable", true],
      ["<script>alert(1)</script>", false],
    ] as const) {
      const agent = openUserAgent();
      const page = await agent.get(`${url}/sign-in?go=1`);
      const shown = await agent.send(page.url, { answer: "deny", error });
      expect(shown.status).toBe(400);
      expect(sentence(shown)).toContain("has ended the sign-in");
      expect(shown.text.includes(error)).toBe(named);
    }
  });

  test("a provider that is down, before and at the end", async () => {
    const down = await openSignIn();
    try {
      down.provider.fail(500);
      const before = await openUserAgent().get(`${down.api.url}/sign-in?go=1`);
      expect([before.status, before.headers["retry-after"]]).toEqual([503, "60"]);
      expect(sentence(before)).toMatch(/does not answer as it should. Try again in some minutes/);
      down.provider.fail(undefined);
      const agent = openUserAgent();
      const page = await agent.get(`${down.api.url}/sign-in?go=1`);
      expect(atProvider(page)).toBe(true);
      const code = new URL(await callbackOf(agent, page.url, down.somebody()));
      down.provider.fail(502);
      const end = await agent.get(code.href);
      expect(end.status).toBe(503);
      expect(sentence(end)).toContain("API tokens go on working meanwhile.");
    } finally {
      await down.close();
    }
  });

  test("a state that is unknown, used, or of another browser", async () => {
    const agent = openUserAgent();
    const page = await agent.get(`${url}/sign-in?go=1`);
    const callback = await callbackOf(agent, page.url, service.somebody());
    const unknown = /No such sign-in is under way in this browser.*Sign in again/;
    const elsewhere = await openUserAgent().get(callback);
    expect([elsewhere.status, sentence(elsewhere)]).toEqual([400, expect.stringMatching(unknown)]);
    const changed = await agent.get(callback.replace(/state=[^&]*/, "state=_default"));
    expect([changed.status, sentence(changed)]).toEqual([400, expect.stringMatching(unknown)]);
    expect((await agent.get(`${url}/auth-callback`)).status).toBe(400);
    // None of these has ended it for its own browser, which finishes it once.
    expect((await agent.get(callback)).status).toBe(200);
    const replayed = await agent.get(callback);
    expect([replayed.status, sentence(replayed)]).toEqual([400, expect.stringMatching(unknown)]);
  });

  test("one that took too long", async () => {
    const agent = openUserAgent();
    const page = await agent.get(`${url}/sign-in?go=1`);
    const callback = await callbackOf(agent, page.url, service.somebody());
    await service.api.ledger.ctx.db.query("UPDATE sign_ins SET expires_at = now()");
    expect((await agent.get(callback)).status).toBe(400);
  });

  test("a code that the provider does not know", async () => {
    const agent = openUserAgent();
    const page = await agent.get(`${url}/sign-in?go=1`);
    const callback = await callbackOf(agent, page.url, service.somebody());
    const shown = await agent.get(callback.replace(/code=[^&]*/, "code=made-up"));
    expect(shown.status).toBe(400);
    expect(sentence(shown)).toMatch(/no longer knows this sign-in.*Sign in again/);
  });
});

/** The address to which the provider would send the browser back. */
async function callbackOf(agent: UserAgent, page: string, login: string): Promise<string> {
  let shown = await agent.post(page, { login, answer: "allow" });
  while (shown.headers.location && !shown.headers.location.includes("/auth-callback"))
    shown = await agent.open(new URL(shown.headers.location, shown.url).href);
  return String(shown.headers.location);
}

describe("who somebody is", () => {
  test("a person is found by an identity that is linked to the one they sign in with", async () => {
    const { login } = await approved();
    const before = await service.account(login);
    const first = service.provider.people.get(login)?.sub ?? "";
    const other = service.somebody({ email: "other@lab.example" }, { linked: [first] });
    const shown = await service.signIn(other);
    expect([shown.status, pathOf(shown)]).toEqual([200, "/"]);
    expect((await service.account(other))?.id).toBe(before?.id);
  });

  test("linked identities of two accounts are a page, and nothing is merged", async () => {
    const [one, two] = [await approved(), await approved()];
    const subs = [one, two].map(({ login }) => service.provider.people.get(login)?.sub ?? "");
    const both = service.somebody({}, { linked: subs });
    const agent = openUserAgent();
    const shown = await service.signIn(both, agent);
    expect(shown.status).toBe(409);
    expect(sentence(shown)).toMatch(/belong to two accounts here.*Ask an administrator/);
    expect(await service.account(both)).toBeUndefined();
    expect(cookieOf(agent)).toBeUndefined();
  });

  test("the same address with another subject is another person", async () => {
    const { login } = await approved();
    const same = service.somebody({ email: `${login}@uni.example` });
    await service.signIn(same);
    const [one, two] = [await service.account(login), await service.account(same)];
    expect(two?.id).not.toBe(one?.id);
    expect(two?.state).toBe("new");
  });

  test("an address that has changed at the provider changes here, and the name is kept", async () => {
    const { login } = await approved();
    const person = service.provider.people.get(login);
    Object.assign(person?.claims ?? {}, { email: "new@uni.example", name: "Another" });
    await service.signIn(login);
    const account = await service.account(login);
    expect(account).toMatchObject({ email: "new@uni.example", name: "Somebody" });
  });

  test("defect 28: only the address of the identity signed in with makes an administrator", async () => {
    const boss = service.somebody({ email: "boss@UNI.example" });
    const sub = service.provider.people.get(boss)?.sub ?? "";
    const linked = service.somebody({ email: "deputy@uni.example" }, { linked: [sub] });
    await service.signIn(linked);
    expect(await service.account(linked)).toMatchObject({ admin: false, state: "new" });
    const unverified = service.somebody({ email: "boss@uni.example", email_verified: false });
    await service.signIn(unverified);
    expect(await service.account(unverified)).toMatchObject({ admin: false, state: "new" });
    const { query } = service.api.ledger.ctx.db;
    // Typed into a form, it is an address that no provider vouches for.
    await query("UPDATE users SET email = 'boss@uni.example' WHERE id = $1", [
      (await service.account(linked))?.id,
    ]);
    await service.signIn(linked);
    expect(await service.account(linked)).toMatchObject({ admin: false });
    const alone = service.somebody({ email: "boss@UNI.example" });
    await service.signIn(alone);
    const account = await service.account(alone);
    expect(account).toMatchObject({ admin: true, state: "approved" });
    const acts = await query("SELECT * FROM acts WHERE subject = $1", [account?.id]);
    expect(acts).toMatchObject([{ act: "user.admin", actor: "JWT_ADMIN", actor_kind: "system" }]);
  });

  test("the account of a deleted person does not come back", async () => {
    const { login, agent } = await approved();
    const before = await service.account(login);
    await move(login, "remove");
    expect((await agent.open(`${url}/v1/requests`, { accept: "*/*" })).status).toBe(401);
    await service.signIn(login);
    const after = await service.account(login);
    expect(after?.state).toBe("new");
    expect(after?.id).not.toBe(before?.id);
  });
});

test.each([
  ["nonce", { nonce: "another" }],
  ["issuer", { iss: "http://127.0.0.1:1" }],
  ["audience", { aud: "somebody-else" }],
  ["end", { exp: 1_000_000_000 }],
] as const)("an id token with a wrong %s signs nobody in", async (_what, wrong) => {
  service.provider.forge = (claims) => ({ ...claims, ...wrong });
  await signsNobodyIn();
});

test.each([
  ["without a signature", { alg: "none" }, ""],
  ["with an algorithm of the client's secret", { alg: "HS256" }, "c2lnbmF0dXJl"],
  ["with a signature that is not of the provider's key", { alg: "RS512" }, "c2lnbmF0dXJl"],
])("an id token %s signs nobody in", async (_what, header, signature) => {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  service.provider.forge = (claims) => `${encoded(header)}.${encoded(claims)}.${signature}`;
  await signsNobodyIn();
});

async function signsNobodyIn(): Promise<void> {
  const login = service.somebody();
  const agent = openUserAgent();
  try {
    const shown = await service.signIn(login, agent);
    expect([shown.status, sentence(shown)]).toEqual([
      400,
      expect.stringContaining("is not for this sign-in, so nobody was signed in"),
    ]);
  } finally {
    service.provider.forge = undefined;
  }
  expect(await service.account(login)).toBeUndefined();
  expect(cookieOf(agent)).toBeUndefined();
}

describe("a session", () => {
  test("gets a new id at each sign-in, and the one of before ends: nothing is fixed", async () => {
    const { login, agent } = await approved();
    const before = cookieOf(agent) ?? "";
    await service.signIn(login, agent);
    const after = cookieOf(agent) ?? "";
    expect(after).not.toBe(before);
    expect((await agent.get(`${url}/v1/requests`)).status).toBe(200);
    agent.setCookie(service.cookieName, before);
    const old = await agent.open(`${url}/v1/requests`, { accept: "*/*" });
    expect(old.status).toBe(401);
    const planted = openUserAgent();
    planted.setCookie(service.cookieName, "an-id-that-somebody-chose");
    await service.signIn(login, planted);
    expect(cookieOf(planted)).not.toBe("an-id-that-somebody-chose");
  });

  test("defect 29: ends with a suspension, at once and in every process, and stays ended", async () => {
    const { login, agent } = await approved();
    const { env } = service.provider;
    const beside = await openBeside(service.api.ledger, { env });
    const [row] = await service.api.ledger.ctx.db.query<{ id: string }>(
      "SELECT encode(id_hash, 'hex') AS id FROM sessions WHERE user_id = $1",
      [(await service.account(login))?.id],
    );
    expect(await beside.ctx.userCache.session(row?.id ?? "")).toBeDefined();
    await move(login, "suspend");
    const refused = await agent.open(`${url}/v1/requests`, { accept: "*/*" });
    expect(refused.status).toBe(401);
    await until(async () => (await beside.ctx.userCache.session(row?.id ?? "")) === undefined);
    await beside.close();
    const again = await service.signIn(login, agent);
    expect(again.text).toContain("An administrator has suspended your account.");
    const told = await agent.open(`${url}/v1/requests`, { accept: "*/*" });
    expect([told.status, told.text]).toEqual([401, expect.stringContaining("is suspended")]);
    const suspended = cookieOf(agent);
    await move(login, "restore");
    expect((await agent.get(`${url}/v1/requests`)).status).toBe(200);
    expect(cookieOf(agent)).toBe(suspended);
  });

  test("that nobody uses ends, and one in use lasts no longer than a week", async () => {
    const { login, agent } = await approved();
    const { db, people } = service.api.ledger.ctx;
    const id = (await service.account(login))?.id ?? "";
    const set = async (what: string) => {
      await db.query(`UPDATE sessions SET ${what} WHERE user_id = $1`, [id]);
      people.changed(id);
    };
    await set("seen_at = now() - interval '2 minutes', created_at = now() - interval '167 hours'");
    expect((await agent.get(`${url}/v1/requests`)).status).toBe(200);
    const [row] = await db.query<{ hours: number }>(
      `SELECT extract(epoch FROM expires_at - now())::float8 / 3600 AS hours
       FROM sessions WHERE user_id = $1`,
      [id],
    );
    expect(row?.hours).toBeCloseTo(1, 1);
    await set("expires_at = now()");
    expect((await agent.open(`${url}/v1/requests`, { accept: "*/*" })).status).toBe(401);
  });
});
