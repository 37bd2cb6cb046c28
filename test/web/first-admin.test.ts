// The first administrator of a new installation, and what pages say while identity is off.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepFirstAdminLink } from "../../src/first-admin-link.ts";
import { loggerTo } from "../../src/log.ts";
import { newFirstAdminLink } from "../../src/users/first-admin.ts";
import { type Api, openApi } from "../support/api.ts";
import { openSignIn, type SignInService } from "../support/sign-in.ts";
import { openUserAgent, type Shown, type UserAgent } from "../support/user-agent.ts";

let service: SignInService;
let api: Api;
const logged: string[] = [];

beforeAll(async () => {
  const log = loggerTo({ write: (line) => logged.push(line) }, "trace");
  service = await openSignIn({ log });
  ({ api } = service);
});
afterAll(() => service.close());

const csrfIn = ({ text }: Shown) => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";

async function become(agent: UserAgent): Promise<Shown> {
  const page = await agent.get(`${api.url}/first-admin`);
  return agent.post(`${api.url}/first-admin`, { csrf: csrfIn(page) });
}

async function kept(): Promise<string> {
  const link = await keepFirstAdminLink(api.ledger.ctx);
  if (!link) throw new Error("no link");
  return link.link;
}

test("a new person opens the link, signs in, and becomes the administrator; once", async () => {
  const { ctx } = api.ledger;
  const link = await keepFirstAdminLink(ctx);
  if (!link) throw new Error("no link");
  const path = join(ctx.config.dataDir, "first-admin");
  expect([link.linkPath, statSync(path).mode & 0o777]).toEqual([path, 0o600]);
  expect(readFileSync(path, "utf8")).toBe(`${link.link}\n`);
  const secret = new URL(link.link).searchParams.get("secret") ?? "";
  expect(secret).toMatch(/^[\w-]{43}$/);

  const agent = openUserAgent();
  const page = await agent.get(link.link);
  expect(page.url).toBe(`${api.url}/first-admin`);
  expect(page.text).toContain("Sign in to become the first one");
  const login = service.somebody({ name: "Ann" });
  const back = await service.signIn(login, agent, "/first-admin");
  expect([back.status, back.url]).toEqual([200, `${api.url}/first-admin`]);
  expect(back.text).toContain("As <bdi>Ann</bdi>");
  const [done, again] = await Promise.all([become(agent), become(agent)]);
  expect([done.status, again.status].sort()).toEqual([303, 403]);
  expect(await service.account(login)).toMatchObject({ admin: true, state: "approved" });
  const acts = await ctx.db.query("SELECT act, actor FROM acts");
  expect(acts).toEqual([{ act: "user.admin", actor: "first-admin link" }]);
  expect((await agent.get(`${api.url}/admin/users`)).status).toBe(200);
  expect((await agent.get(link.link)).status).toBe(403);

  const rows = await ctx.db.query("SELECT * FROM sign_ins, admin_links");
  expect(logged.join("")).toContain(path);
  for (const text of [logged.join(""), JSON.stringify(rows), page.text, back.text])
    expect(text).not.toContain(secret);
  link.remove();
  expect(existsSync(path)).toBe(false);
  // There is an administrator now.
  expect(await keepFirstAdminLink(ctx)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

test("a link of more than an hour, of nobody, or beside an administrator makes none", async () => {
  const { ctx } = api.ledger;
  await ctx.db.query("UPDATE users SET admin = false");
  const login = service.somebody();
  const agent = openUserAgent();
  await service.signIn(login, agent);
  const sentence = /counts once, for an hour, and while there is no administrator/;
  const late = await newFirstAdminLink(ctx, Date.now() - 3_601_000);
  for (const secret of [late, "", "made-up"]) {
    const shown = await agent.get(`${api.url}/first-admin?secret=${secret}`);
    expect([shown.status, shown.text]).toEqual([403, expect.stringMatching(sentence)]);
    expect(shown.text).toContain("<code>longshore user create --admin</code>");
  }
  expect((await agent.get(await kept())).status).toBe(200);
  const page = await agent.get(`${api.url}/first-admin`);
  await ctx.db.query("INSERT INTO users (id, state, admin) VALUES ('boss', 'approved', true)");
  const post = await agent.post(`${api.url}/first-admin`, { csrf: csrfIn(page) });
  expect(post.status).toBe(403);
  expect(await service.account(login)).toMatchObject({ admin: false, state: "new" });
  await ctx.db.query("DELETE FROM users WHERE id = 'boss'");
});

test("who is suspended, or signed out, does not become one by it", async () => {
  const login = service.somebody();
  const agent = openUserAgent();
  await service.signIn(login, agent);
  await agent.get(await kept());
  const { id } = (await service.account(login)) ?? {};
  await api.ledger.ctx.db.query("UPDATE users SET state = 'suspended' WHERE id = $1", [id]);
  api.ledger.ctx.people.changed(String(id));
  const refused = await become(agent);
  expect(refused.status).toBe(409);
  expect(await service.account(login)).toMatchObject({ admin: false, state: "suspended" });
  const nobody = openUserAgent();
  await nobody.get(await kept());
  expect((await become(nobody)).status).toBe(401);
});

test("no link is made where nobody can sign in", async () => {
  const alone = await openApi({ env: { ENABLE_AUTH: "true" } });
  expect(await keepFirstAdminLink(alone.ledger.ctx)).toBeUndefined();
  await alone.close();
});

test("with identity off every page says so, and none is about people", async () => {
  const off = await openApi();
  const html = { accept: "text/html" };
  const id = await off.ledger.submit(1);
  const words = "Identity is off";
  for (const path of ["/", `/requests/${id}`, `/requests/${id}/delete`, "/nothing", "/docs"])
    expect((await off.get(path, html)).text, path).toContain(words);
  for (const path of ["/tokens", "/tokens/x", "/first-admin", "/admin/users", "/admin/acts"]) {
    const answer = await off.get(path, html);
    expect([answer.status, answer.headers.location], path).toEqual([302, "/#servicex"]);
  }
  await off.close();
  expect((await api.get("/", html)).text).not.toContain(words);
  expect((await api.get("/docs", html)).text).not.toContain(words);
});
