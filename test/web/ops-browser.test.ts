// Operators' pages at a port of their own, in Chromium: signed in there, at a real provider.
import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpsService, openOps } from "../support/ops-port.ts";
import { addPerson, browserOf } from "../support/people.ts";
import { checkLooks, complaintsOf, openBrowser } from "./browser.ts";

const long = `${"Maximiliane-Wilhelmine ".repeat(4)}<b>`;

let browser: Browser;
let ops: OpsService;
let waiting: string;
let group: string;

beforeAll(async () => {
  browser = await openBrowser();
  ops = await openOps(long);
  waiting = (await addPerson(ops.ctx, { state: "pending" })).id;
  group = randomUUID();
  await ops.ctx.db.query("INSERT INTO groups (id, name) VALUES ($1, 'analysis')", [group]);
});

afterAll(async () => {
  await browser.close();
  await ops.close();
});

test("no page at OPS_PORT has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
  const { ctx, publicUrl, opsUrl, root } = ops;
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
    ["ops-keys", "/admin/keys"],
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
  const [name = "", value = ""] = (await browserOf(ctx, root.id)).cookie?.split("=") ?? [];
  await context.addCookies([{ name, value, url: publicUrl }]);
  await page.goto(`${publicUrl}/admin/users`);
  await checkLooks(page, "ops-asked-at-public-by-administrator");
  await page
    .getByRole("main")
    .getByRole("link", { name: `${opsUrl}/admin/users` })
    .click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
