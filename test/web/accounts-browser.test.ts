// The pages of accounts, tokens and people in Chromium.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFirstAdminLink } from "../../src/users/first-admin.ts";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, browserOf } from "../support/people.ts";
import { checkLooks, complaintsOf, openBrowser } from "./browser.ts";

const markup = `<img src=x onerror="document.title='attacked'">`;
const long = `${"Maximiliane-Wilhelmine ".repeat(5)}${markup}`;

let api: Api;
let browser: Browser;
let boss: string;
let ann: string;
let pages: [name: string, person: string, path: string, status?: number][];

beforeAll(async () => {
  browser = await openBrowser();
  api = await openApi({ env: { ENABLE_AUTH: "true" } });
  // Forms are of the address that the service is known by.
  Object.assign(api.ledger.ctx.urls, { public: () => api.url });
  const { ctx } = api.ledger;
  const link = await newFirstAdminLink(ctx);
  boss = (await addPerson(ctx, { admin: true })).id;
  ann = (await addPerson(ctx, { scopes: ["read"] })).id;
  const { query } = ctx.db;
  const ofState = async (state: "new" | "pending" | "rejected" | "suspended") => {
    const { id } = await addPerson(ctx);
    await query("UPDATE users SET state = $1 WHERE id = $2", [state, id]);
    return id;
  };
  const [fresh, waiting] = [await ofState("new"), await ofState("pending")];
  await query("UPDATE users SET name = $1, institution = $1, email = $2 WHERE id = ANY($3)", [
    long,
    `${"w".repeat(60)}@${"x".repeat(60)}.example`,
    [ann, waiting],
  ]);
  await query("UPDATE api_tokens SET name = $1 WHERE user_id = $2", [long.slice(0, 100), ann]);
  await query(
    `INSERT INTO identities (issuer, subject, user_id, username, provider, used_at)
     VALUES ('https://auth.example', 's', $1, $2, $2, now())`,
    [ann, long],
  );
  const [{ id: token } = { id: "" }] = await query<{ id: string }>(
    "SELECT id FROM api_tokens WHERE user_id = $1",
    [ann],
  );
  const group = randomUUID();
  await query("INSERT INTO groups (id, name) VALUES ($1, $2)", [group, long.slice(0, 100)]);
  await query("INSERT INTO group_members VALUES ($1, $2)", [group, ann]);
  await query("INSERT INTO bindings VALUES ('root', $1, $2)", [`/${"x".repeat(300)}`, group]);
  await query(
    `INSERT INTO access_keys (id, kind, name, owner, hash, created_by, facade, roots, most_files)
     VALUES ('1', 'key', $1, $2, '', $2, 'tape', ARRAY[$3], 1000)`,
    [long.slice(0, 100), ann, `/${"x".repeat(300)}`],
  );
  await api.ledger.submit(1, { owner: ann });
  pages = [
    ["profile-new", fresh, "/profile"],
    ["profile-pending", waiting, "/profile"],
    ["profile-rejected", await ofState("rejected"), "/profile"],
    ["profile-suspended", await ofState("suspended"), "/profile"],
    ["profile", ann, "/profile"],
    ["tokens", ann, "/tokens"],
    ["token", ann, `/tokens/${token}`],
    ["home", boss, "/?owner=all"],
    ["people", boss, "/admin/users"],
    ["waiting", boss, "/admin/users?state=pending"],
    ["person", boss, `/admin/users/${ann}`],
    ["delete", boss, `/admin/users/${ann}/delete`],
    ["acts", boss, "/admin/acts"],
    ["groups", boss, "/admin/groups"],
    ["group", boss, `/admin/groups/${group}`],
    ["unbind", boss, `/admin/groups/${group}/unbind?kind=root&target=/${"x".repeat(300)}`],
    ["keys", boss, "/admin/keys"],
    ["messages", boss, "/admin/notices"],
    ["first-admin-refused", ann, "/first-admin?secret=made-up", 403],
    // Without an administrator, so it is the last one.
    ["first-admin", ann, `/first-admin?secret=${link}`],
  ];
});

afterAll(async () => {
  await browser.close();
  await api.close();
});

async function beThat(context: BrowserContext, person: string): Promise<void> {
  const { cookie = "" } = await browserOf(api.ledger.ctx, person);
  const [name = "", value = ""] = cookie.split("=");
  await context.addCookies([{ name, value, url: api.url }]);
}

async function look(
  options: Parameters<Browser["newContext"]>[0],
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL: api.url, ...options });
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

test("no page has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
  await look({}, async (page) => {
    const complaints = complaintsOf(page, api.url);
    for (const [name, person, path, status = 200] of pages) {
      await beThat(page.context(), person);
      // There is a first administrator only where there was none.
      if (name === "first-admin") await withoutAdmin();
      const answer = await page.goto(path);
      expect(answer?.status(), name).toBe(status);
      await checkLooks(page, name);
    }
    expect(complaints).toEqual([]);
  });
});

test("nor has one of a token that is made, replaced and revoked", async () => {
  await look({}, async (page) => {
    const complaints = complaintsOf(page, api.url);
    await beThat(page.context(), ann);
    await page.goto("/tokens");
    await page.getByLabel("Name, such as").fill(`made here ${markup}`);
    await page.getByRole("button", { name: "Make the token" }).click();
    await page.getByRole("heading", { name: /^The new API token/ }).waitFor();
    await checkLooks(page, "token-made");
    const first = await page.locator("#api-token").textContent();
    await page.getByRole("link", { name: "I have kept it" }).click();
    await page.getByRole("link", { name: /^made here/ }).click();
    await page.getByRole("button", { name: "Replace it" }).click();
    await page.getByRole("heading", { name: /^The new API token/ }).waitFor();
    expect(await page.locator("#api-token").textContent()).not.toBe(first);
    await checkLooks(page, "token-replaced");
    await page.getByRole("link", { name: "I have kept it" }).click();
    await page.getByRole("heading", { name: "API tokens" }).waitFor();
    await checkLooks(page, "tokens-after-replaced");
    await page.getByRole("link", { name: /^made here/ }).click();
    await page.getByRole("button", { name: "Revoke it" }).click();
    await page.getByRole("heading", { name: "API tokens" }).waitFor();
    await checkLooks(page, "tokens-after-revoked");
    expect(complaints).toEqual([]);
  });
});

async function withoutAdmin(): Promise<void> {
  await api.ledger.ctx.db.query("UPDATE users SET admin = false");
}

test.each([true, false])(
  "servicex.yaml is downloaded with the token; scripts: %s",
  async (scripts) => {
    await look({ javaScriptEnabled: scripts, acceptDownloads: true }, async (page) => {
      await beThat(page.context(), ann);
      await page.goto("/tokens");
      await page.getByLabel("Name, such as").fill(`for python ${scripts}`);
      await page.getByRole("button", { name: "Make the token" }).click();
      const begun = page.waitForEvent("download");
      await page.getByRole("link", { name: "download servicex.yaml" }).click();
      const download = await begun;
      expect(download.suggestedFilename()).toBe("servicex.yaml");
      const token = await page.locator("#api-token").textContent();
      const text = readFileSync(await download.path(), "utf8");
      expect(text).toContain(`  - endpoint: ${api.url}/\n`);
      expect(text).toContain(`    token: ${token}\n`);
    });
  },
);
