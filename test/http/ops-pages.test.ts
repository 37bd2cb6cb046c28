// Operators' pages at a port of their own.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../../src/deps.ts";
import { type OpsService, openOps } from "../support/ops-port.ts";
import { addPerson, bearer, browserOf, type Person } from "../support/people.ts";
import type { Ports } from "../support/ports.ts";
import { openUserAgent } from "../support/user-agent.ts";

let ops: OpsService;
let ctx: Context;
let ports: Ports;
let root: Person;
let publicUrl: string;
let opsUrl: string;
/** as operators' browsers call it */
let atOps: Context;

beforeAll(async () => {
  ops = await openOps();
  ({ ctx, ports, root, publicUrl, opsUrl } = ops);
  atOps = { ...ctx, urls: { ...ctx.urls, public: () => opsUrl } };
});

afterAll(() => ops.close());

const html = { accept: "text/html" };

test("an administrator signs in at that port, decides there, and signs out", async () => {
  const ann = await addPerson(ctx, { state: "pending" });
  const agent = openUserAgent();
  const asked = await agent.get(`${opsUrl}/admin/users?state=pending`);
  expect(new URL(asked.url).origin + new URL(asked.url).pathname).toBe(`${opsUrl}/sign-in`);
  const go = /href="([^"]+go=1[^"]+)"/.exec(asked.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const atProvider = await agent.get(go);
  const list = await agent.send(atProvider.url, { login: "root", answer: "allow" });
  expect([list.url, list.status]).toEqual([`${opsUrl}/admin/users?state=pending`, 200]);
  expect(list.text).toContain(ann.id);
  const csrf = /name="csrf" value="([^"]+)"/.exec(list.text)?.[1] ?? "";
  const decided = await agent.post(`${opsUrl}/admin/users/${ann.id}/approve`, { csrf });
  expect(decided.status, decided.text).toBe(303);
  const [row] = await ctx.db.query("SELECT state FROM users WHERE id = $1", [ann.id]);
  expect(row).toEqual({ state: "approved" });
  const out = await agent.send(`${opsUrl}/sign-out`, { csrf });
  expect([out.url, out.status]).toEqual([`${opsUrl}/signed-out`, 200]);
  expect((await agent.open(`${opsUrl}/admin/users`)).status).toBe(303);
});

test("a session of one port is none at the other", async () => {
  const [atPublic, own] = [await browserOf(ctx, root.id), await browserOf(atOps, root.id)];
  const call = (headers: Record<string, string>) => ({ path: "/admin/acts", headers });
  expect((await ports.call("ops", call(own))).status).toBe(200);
  expect((await ports.call("ops", call(atPublic))).status).toBe(401);
  const post = (headers: Record<string, string>) =>
    ports.call("ops", { method: "POST", path: `/admin/users/${root.id}/suspend`, headers });
  const foreign = await post({ ...own, origin: new URL(publicUrl).origin });
  expect([foreign.status, foreign.text]).toEqual([403, expect.stringContaining("foreign_origin")]);
});

test("pages of each port lead to those of the other by its address", async () => {
  const nav = (text: string) =>
    [...(/<nav[\s\S]*?<\/nav>/.exec(text)?.[0] ?? "").matchAll(/href="([^"]+)"/g)].map(
      ([, href]) => href,
    );
  const pages = ["users", "groups", "keys", "acts", "notices"];
  const admin = pages.map((page) => `/admin/${page}`);
  const home = await ports.call("public", {
    path: "/",
    headers: { ...html, ...(await browserOf(ctx, root.id)) },
  });
  expect(nav(home.text)).toEqual(["/", "/docs", ...admin.map((path) => opsUrl + path)]);
  const own = { ...html, ...(await browserOf(atOps, root.id)) };
  const users = await ports.call("ops", { path: "/admin/users", headers: own });
  expect(nav(users.text)).toEqual([`${publicUrl}/`, `${publicUrl}/docs`, ...admin]);
  expect(users.text).toContain(`href="${publicUrl}/profile"`);
  expect(users.text).toContain('action="/sign-out"');
  const style = /href="(\/assets\/pages\.css[^"]*)"/.exec(users.text)?.[1] ?? "";
  expect((await ports.call("ops", { path: style })).status).toBe(200);
});

test("the public port has none of them, and that of operators no other page", async () => {
  const signedIn = await browserOf(ctx, root.id);
  for (const path of ["/admin/users", `/admin/users/${root.id}`, "/admin/acts", "/admin/notices"]) {
    const answer = await ports.call("public", { path, headers: signedIn });
    expect([answer.status, answer.json().detail]).toEqual([
      404,
      `${path} is answered at another port of this service alone (OPS_PORT).`,
    ]);
  }
  const headers = await browserOf(atOps, root.id);
  for (const path of ["/", "/profile", "/tokens", "/docs", "/v1/requests", "/v1/users", "/device"])
    expect((await ports.call("ops", { path, headers })).status, path).toBe(404);
});

test("an administrator who opens one at the public port gets a link to it, and nobody else does", async () => {
  const path = "/admin/users?state=pending";
  const shown = async (headers: Record<string, string>) => {
    const answer = await ports.call("public", { path, headers: { ...html, ...headers } });
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining("(OPS_PORT)")]);
    return answer.text;
  };
  const link = `<a href="${opsUrl}${path}">${opsUrl}${path}</a>`;
  expect(await shown(await browserOf(ctx, root.id))).toContain(link);
  const person = await addPerson(ctx);
  for (const headers of [{}, await browserOf(ctx, person.id), bearer(person.accessToken)])
    expect(await shown(headers)).not.toContain(opsUrl);
});

test("a person who opens one of the public port at that of operators gets a link to it", async () => {
  const headers = { ...html, ...(await browserOf(atOps, root.id)) };
  const { status, text } = await ports.call("ops", { path: "/profile", headers });
  expect([status, text]).toEqual([404, expect.stringContaining(`<a href="${publicUrl}/profile">`)]);
});
