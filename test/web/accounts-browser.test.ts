// The pages of accounts, tokens and people in Chromium.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFirstAdminLink } from "../../src/users/first-admin.ts";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, browserOf } from "../support/people.ts";
import { openBrowser, sidewaysPixels, violationsOf } from "./browser.ts";

const markup = `<img src=x onerror="document.title='attacked'">`;
const long = `${"Maximiliane-Wilhelmine ".repeat(5)}${markup}`;
const shots = process.env.SCREENSHOTS;

let api: Api;
let browser: Browser;
let boss: string;
let ann: string;
let pages: [name: string, person: string, path: string][];

beforeAll(async () => {
  browser = await openBrowser();
  api = await openApi({ env: { ENABLE_AUTH: "true" } });
  // Forms are of the address that the service is known by.
  Object.assign(api.ledger.ctx.urls, { public: () => api.url });
  const { ctx } = api.ledger;
  const link = await newFirstAdminLink(ctx);
  boss = (await addPerson(ctx, { admin: true })).id;
  ann = (await addPerson(ctx, { scopes: ["read"] })).id;
  const [fresh, waiting] = [(await addPerson(ctx, {})).id, (await addPerson(ctx, {})).id];
  const { query } = ctx.db;
  await query("UPDATE users SET state = 'new' WHERE id = $1", [fresh]);
  await query("UPDATE users SET state = 'pending' WHERE id = $1", [waiting]);
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
  await api.ledger.submit(1, { owner: ann });
  pages = [
    ["profile-new", fresh, "/profile"],
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
    ["messages", boss, "/admin/notices"],
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

// Where its pictures are looked at, each page is shown in all four ways.
const looks = [360, 1440]
  .flatMap((width) => (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })))
  .filter(({ width, colorScheme }) => shots || (width === 360) === (colorScheme === "dark"));

describe.each(looks)("at $width pixels, $colorScheme", ({ width, colorScheme }) => {
  test("no page has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
    await api.ledger.ctx.db.query("UPDATE users SET admin = (id = $1)", [boss]);
    await look({ viewport: { width, height: 900 }, colorScheme }, async (page) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      const check = async (name: string) => {
        expect(await violationsOf(page), name).toEqual([]);
        expect(await sidewaysPixels(page), name).toBeLessThanOrEqual(0);
        expect(await page.title(), name).not.toBe("attacked");
        if (shots) await shoot(page, `${name}-${width}-${colorScheme}`);
      };
      for (const [name, person, path] of pages) {
        await beThat(page.context(), person);
        // There is a first administrator only where there was none.
        if (name === "first-admin") await withoutAdmin();
        const answer = await page.goto(path);
        expect(answer?.status(), name).toBe(200);
        await check(name);
      }
      await page.goto("/tokens");
      await page.getByLabel("Name, such as").fill(`made at ${width} ${colorScheme} ${markup}`);
      await page.getByRole("button", { name: "Make the token" }).click();
      await page.getByRole("heading", { name: /^The new API token/ }).waitFor();
      await check("made");
      expect(complaints).toEqual([]);
    });
  });
});

async function withoutAdmin(): Promise<void> {
  await api.ledger.ctx.db.query("UPDATE users SET admin = false");
}

async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(shots ?? "", { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
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
