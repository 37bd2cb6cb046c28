// A person's way from the first sign-in to refused: in Chromium, by a button at Slack, and with the
// client as it is on PyPI.
import { join } from "node:path";
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";
import { type IdentityProvider, openIdentityProvider } from "../support/identity-provider.ts";
import { rowsOf, writeTable } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";
import { pressed, signed, signingSecret } from "../support/slack.ts";
import { openBrowser } from "../web/browser.ts";
import { makeClient } from "./servicex-client.ts";

const data = temporaryFolder("inputs");
const path = join(data, "numbers.parquet");
const login = "ann";

let provider: IdentityProvider;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  await writeTable(path, "select i as n from range(10) t(i)");
  provider = await openIdentityProvider();
  provider.people.set(login, {
    sub: "0d7f5a3e-ann",
    linked: [],
    claims: { name: "Ann", email: "ann@uni.example", organization: "University of Examples" },
  });
  service = await startService({
    ...provider.env,
    RUNNER: "local",
    INPUT_ROOTS: data,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_APPROVERS: "U1",
    SLACK_TEAM: "T1",
  });
  provider.serve(service.url);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service?.remove();
  await provider?.close();
});

test("sign up, wait, be approved at Slack, get a token, use it, and be refused once it is revoked", async () => {
  const context = await browser.newContext({ baseURL: service.url });
  const page = await context.newPage();
  await signUp(page);
  await page.getByText("waits for an administrator").waitFor();
  expect((await press(await idOfAnn())).status).toBe(200);
  const token = await makeToken(page);

  const client = await makeClient("3.3.1", service.url, token);
  const query = "select n from input where n > 6";
  const delivered = await client.deliver([{ name: "numbers", files: [path], query }]);
  const [result] = delivered.numbers as string[];
  const read = `select n::int from read_parquet('${result}') order by n`;
  expect(await rowsOf(read)).toEqual([[7], [8], [9]]);

  await page.goto("/");
  await page.getByText("numbers").first().waitFor();
  await page.goto("/tokens");
  await page.getByRole("link", { name: "laptop" }).click();
  await page.getByRole("button", { name: "Revoke it" }).click();
  await page.waitForURL("**/tokens");
  const again = client.deliver([{ name: "more", files: [path], query: "select n from input" }]);
  await expect(again).rejects.toThrow(/access token request rejected \[401/);
  const headers = { authorization: `Bearer ${token}` };
  const refused = await fetch(`${service.url}/token/refresh`, { method: "POST", headers });
  expect([refused.status, await refused.text()]).toEqual([
    401,
    expect.stringContaining("it was revoked or replaced. Make another one on the website."),
  ]);
  await context.close();
});

async function signUp(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: /^Go on to/ }).click();
  await page.getByLabel("Name").fill(login);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${service.url}/**`);
  await page.goto("/profile");
  await page.getByLabel("Name").fill("Ann");
  await page.getByLabel("Institution").fill("University of Examples");
  await page.getByRole("button", { name: "Ask for approval" }).click();
}

async function makeToken(page: Page): Promise<string> {
  await page.goto("/tokens");
  await page.getByLabel("Name").fill("laptop");
  await page.getByRole("button", { name: "Make the token" }).click();
  return (await page.locator("#api-token").textContent()) ?? "";
}

async function idOfAnn(): Promise<string> {
  const db = new pg.Client({ connectionString: service.databaseUrl });
  await db.connect();
  try {
    const { rows } = await db.query<{ id: string }>("SELECT id FROM users WHERE name = 'Ann'");
    return rows[0]?.id ?? "";
  } finally {
    await db.end();
  }
}

/** As Slack sends what an administrator pressed below the message about a new account. */
function press(account: string): Promise<Response> {
  const body = pressed({ account });
  return fetch(`${service.url}/slack`, { method: "POST", headers: signed(body), body });
}
