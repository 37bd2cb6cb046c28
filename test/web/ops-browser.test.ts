// Operators' pages at a port of their own, in Chromium: signed in there, at a real provider.
import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ledger, openLedger } from "../support/context.ts";
import { type IdentityProvider, openIdentityProvider } from "../support/identity-provider.ts";
import { addPerson } from "../support/people.ts";
import { openPorts, type Ports } from "../support/ports.ts";
import { checkLooks, complaintsOf, openBrowser } from "./browser.ts";

const long = `${"Maximiliane-Wilhelmine ".repeat(4)}<b>`;

let browser: Browser;
let provider: IdentityProvider;
let ledger: Ledger;
let ports: Ports;
let publicUrl: string;
let opsUrl: string;
let waiting: string;
let group: string;

beforeAll(async () => {
  browser = await openBrowser();
  provider = await openIdentityProvider("plain");
  const env = { ...provider.env, ENABLE_AUTH: "true", OPS_PORT: "0" };
  ledger = await openLedger({ env, scheduler: false });
  ports = await openPorts(ledger);
  const { ctx } = ledger;
  [publicUrl, opsUrl] = [ctx.urls.public(), ctx.urls.ops?.() ?? ""];
  provider.serve(opsUrl);
  provider.people.set("root", { sub: "root", linked: [], claims: { name: long } });
  const root = await addPerson(ctx, { admin: true });
  const { issuer } = provider;
  await ctx.people.write(async (db) => {
    await db.identities.create({ data: { issuer, subject: "root", user_id: root.id } });
    await db.users.update({ where: { id: root.id }, data: { name: long } });
  });
  waiting = (await addPerson(ctx, { state: "pending" })).id;
  group = randomUUID();
  await ctx.db.query("INSERT INTO groups (id, name) VALUES ($1, 'analysis')", [group]);
});

afterAll(async () => {
  await browser.close();
  await ports.close();
  await ledger.close();
  await provider.close();
});

test("no page at OPS_PORT has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
  const context = await browser.newContext({ baseURL: opsUrl });
  const page = await context.newPage();
  const complaints = complaintsOf(page, opsUrl);
  await page.goto("/admin/users?state=pending");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await checkLooks(page, "ops-sign-in");
  await page.getByRole("link", { name: /^Go on to/ }).click();
  await page.getByLabel("Name").fill("root");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${opsUrl}/admin/users?state=pending`);
  await checkLooks(page, "ops-waiting");
  for (const [name, path] of [
    ["ops-people", "/admin/users"],
    ["ops-person", `/admin/users/${waiting}`],
    ["ops-groups", "/admin/groups"],
    ["ops-group", `/admin/groups/${group}`],
    ["ops-acts", "/admin/acts"],
    ["ops-messages", "/admin/notices"],
  ] as const) {
    expect((await page.goto(path))?.status(), name).toBe(200);
    await checkLooks(page, name);
  }
  // What is at the other port only.
  expect((await page.goto("/profile"))?.status()).toBe(404);
  await checkLooks(page, "ops-elsewhere");
  await page.goto("/sign-out");
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(`${opsUrl}/signed-out`);
  await checkLooks(page, "ops-signed-out");
  expect((await page.goto(`${publicUrl}/admin/users`))?.status()).toBe(404);
  await checkLooks(page, "ops-asked-at-public");
  expect(complaints).toEqual([]);
  await context.close();
});
