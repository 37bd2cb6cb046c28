// A program is let in by a person with a browser: the command line shows a code, Chromium types it.
import { readFileSync, rmSync, statSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scope } from "../../src/auth/caller.ts";
import { beginDevice } from "../../src/auth/device/begin.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { runCli, startCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openSignIn, type SignInService } from "../support/sign-in.ts";
import { until } from "../support/wait.ts";
import { checkLooks, complaintsOf, openBrowser } from "./browser.ts";

const markup = `<img src=x onerror="document.title='attacked'">`;
let service: SignInService;
let browser: Browser;
let login: string;

beforeAll(async () => {
  browser = await openBrowser();
  service = await openSignIn();
  login = service.somebody({ name: "Ann" });
  await service.signIn(login);
  const { people } = service.api.ledger.ctx;
  const { id = "" } = (await service.account(login)) ?? {};
  expect(await people.write((db) => moveUser(db, id, "approve"))).toBe(true);
  people.changed(id);
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

async function look(
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL: service.api.url, ...options });
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A page that needs a person leads to the provider, and back to where one was going. */
async function openSignedIn(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole("link", { name: /^Go on to/ }).click();
  await page.waitForURL(`${service.provider.issuer}/**`);
  await page.getByLabel("Name").fill(login);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${service.api.url}/**`);
}

async function begun(client: string, scopes: Scope[]): Promise<string> {
  const wanted = { client, scopes, address: "192.0.2.7" };
  return (await beginDevice(service.api.ledger.ctx, wanted)).userCode;
}

test("no page of it has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
  const client = `${markup}${"long ".repeat(2)}`.slice(0, 60);
  await look({}, async (page) => {
    const complaints = complaintsOf(page, service.api.url);
    await openSignedIn(page, "/device");
    await checkLooks(page, "device-code");
    await page.getByLabel("Code").fill("bbbb bbbb");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("alert").getByText("No program waits with this code").waitFor();
    await checkLooks(page, "device-wrong");
    await page.goto(`/device?code=${await begun(client, ["read", "submit", "admin"])}`);
    await page.getByText("do what administrators may, as it asks").waitFor();
    await page.getByText("192.0.2.7").waitFor();
    await checkLooks(page, "device-asking");
    await page.getByRole("button", { name: "Refuse" }).click();
    await page.getByRole("heading", { name: "The program is refused" }).waitFor();
    await checkLooks(page, "device-refused");
    const code = await begun(client, ["read"]);
    await page.goto(`/device?code=${code}`);
    await page.getByRole("button", { name: "Allow it" }).click();
    await page.getByRole("heading", { name: "The program is in" }).waitFor();
    await checkLooks(page, "device-approved");
    await page.goto(`/device?code=${code}`);
    await page.getByRole("alert").getByText("No program waits with this code").waitFor();
    await checkLooks(page, "device-answered");
    expect(complaints).toEqual([]);
  });
});

describe("with a link that names the code", () => {
  test("nothing is approved before the person says so, and a page of another site cannot", async () => {
    const code = await begun("a program", ["read"]);
    const state = async () => {
      const { query } = service.api.ledger.ctx.db;
      const sql = "SELECT state FROM device_codes WHERE client = 'a program'";
      return (await query<{ state: string }>(sql)).map((row) => row.state);
    };
    await look({ javaScriptEnabled: false }, async (page) => {
      await openSignedIn(page, `/device?code=${code}`);
      expect(await state()).toEqual(["waiting"]);
      const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`);
      const { origin } = new URL(service.api.url);
      for (const headers of [{ origin: "https://evil.example" }, { origin }]) {
        const answer = await service.api.call({
          method: "POST",
          path: "/device",
          headers: {
            ...headers,
            cookie: cookies.join("; "),
            "content-type": "application/x-www-form-urlencoded",
          },
          body: `code=${code}&answer=approve`,
        });
        expect(answer.status).toBe(403);
      }
      expect(await state()).toEqual(["waiting"]);
      await page.getByRole("button", { name: "Allow it" }).click();
      await page.getByRole("heading", { name: "The program is in" }).waitFor();
      expect(await state()).toEqual(["approved"]);
    });
  });
});

test("longshore login on one machine, a browser on another: signed in, and out again", async () => {
  const home = temporaryFolder("device-login");
  const env = { XDG_CONFIG_HOME: home, LONGSHORE_URL: service.api.url };
  const running = startCli(["login"], { env });
  const shown = (pattern: RegExp) => until(() => pattern.exec(running.stderr())?.[1]);
  const address = await shown(/(http:\/\/\S+\/device)\n/);
  const code = await shown(/code: +([A-Z]{4}-[A-Z]{4})/);
  await look({}, async (page) => {
    await openSignedIn(page, address);
    await page.getByLabel("Code").fill(code.replace("-", " ").toLowerCase());
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText(/^longshore on /).waitFor();
    await page.getByRole("button", { name: "Allow it" }).click();
    await page.getByRole("heading", { name: "The program is in" }).waitFor();
  });
  expect(await running.ended).toMatchObject({ code: 0, stdout: "" });
  const file = `${home}/longshore/config.json`;
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await runCli(["list"], { env })).code).toBe(0);
  expect((await runCli(["logout"], { env })).code).toBe(0);
  expect(readFileSync(file, "utf8")).not.toContain("token");
  expect((await runCli(["list"], { env })).code).toBe(3);
  rmSync(home, { recursive: true });
});
