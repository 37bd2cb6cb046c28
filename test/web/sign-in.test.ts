// Signing in and out in Chromium, at a real provider on another port.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProvider } from "../../src/auth/oidc/provider.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { openSignIn, type SignInService } from "../support/sign-in.ts";
import { checkLooks, complaintsOf, openBrowser } from "./browser.ts";

const markup = `<img src=x onerror="document.title='attacked'"><script>alert(1)</script>`;

let service: SignInService;
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  service = await openSignIn();
});

afterAll(async () => {
  await browser.close();
  await service.close();
});

async function look<Result>(
  options: BrowserContextOptions,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({ baseURL: service.api.url, ...options });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** From our page to the provider's, and by a form there back to ours. */
async function signIn(page: Page, login: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: /^Go on to/ }).click();
  await answer(page, login, "Sign in");
}

async function answer(page: Page, login: string, button: "Sign in" | "Refuse"): Promise<void> {
  await page.waitForURL(`${service.provider.issuer}/**`);
  await page.getByLabel("Name").fill(login);
  await page.getByRole("button", { name: button }).click();
  await page.waitForURL(`${service.api.url}/**`);
}

async function approve(login: string): Promise<string> {
  const { people } = service.api.ledger.ctx;
  const { id = "" } = (await service.account(login)) ?? {};
  expect(await people.write((db) => moveUser(db, id, "approve"))).toBe(true);
  people.changed(id);
  return id;
}

test("no page of sign-in has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
  const long = `${"Maximiliane-Wilhelmine ".repeat(6)}${markup}`;
  const login = service.somebody({ name: long, organization: markup });
  await look({}, async (page) => {
    const complaints = complaintsOf(page, service.api.url);
    await page.goto("/sign-in");
    await checkLooks(page, "sign-in");
    await page.getByRole("link", { name: /^Go on to/ }).click();
    await answer(page, login, "Refuse");
    await page.getByText("was not allowed to know who you are").waitFor();
    await checkLooks(page, "refused");
    await page.getByRole("link", { name: "Sign in again" }).click();
    await page.getByRole("link", { name: /^Go on to/ }).click();
    await answer(page, login, "Sign in");
    await page.getByText("Your account is new. Say who you are").waitFor();
    await checkLooks(page, "account");
    await page.goto("/");
    await page.getByText("Your account is new, so").waitFor();
    await checkLooks(page, "home-new");
    await page.goto("/sign-out");
    await checkLooks(page, "sign-out");
    await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/signed-out");
    await checkLooks(page, "signed-out");
    expect(complaints).toEqual([]);
  });
});

test("nor has a page that says why nobody was signed in", async () => {
  const login = service.somebody();
  await look({}, async (page) => {
    const complaints = complaintsOf(page, service.api.url);
    // Where the provider has sent the browser back.
    const called = page.waitForRequest((call) => call.url().includes("/auth-callback?"));
    await signIn(page, login);
    const back = (await called).url();
    await page.getByText("Your account is new").waitFor();
    const unknown = "No such sign-in is under way in this browser";
    await shows(page, back, 400, unknown);
    await checkLooks(page, "state-used");
    await shows(page, back.replace(/state=[^&]*/, "state=made-up"), 400, unknown);
    await checkLooks(page, "state-unknown");

    const { ctx } = service.api.ledger;
    const { provider } = ctx;
    if (!provider) throw new Error("no provider");
    // Of which nothing is known yet, as after a start.
    Object.assign(ctx, { provider: makeProvider(provider.settings) });
    service.provider.fail(500);
    try {
      await shows(page, "/sign-in?go=1", 503, "does not answer as it should");
      await checkLooks(page, "provider-down");
    } finally {
      service.provider.fail(undefined);
    }
    expect(complaints).toEqual([]);
  });
  await look({}, async (page) => {
    const complaints = complaintsOf(page, service.api.url);
    await page.goto("/sign-in?go=1");
    await page.route(`${service.provider.issuer}/interaction/*`, async (route) => {
      await route.continue({ postData: "answer=deny&error=temporarily_unavailable" });
    });
    await answer(page, login, "Refuse");
    await page.getByText("has ended the sign-in (temporarily_unavailable)").waitFor();
    await checkLooks(page, "provider-refuses");
    expect(complaints).toEqual([]);
  });
});

test("nor has that of two accounts whose identities are linked at the provider", async () => {
  const linked: string[] = [];
  for (const login of [service.somebody(), service.somebody()]) {
    await service.signIn(login);
    linked.push(service.provider.people.get(login)?.sub ?? "");
  }
  const both = service.somebody({}, { linked });
  await look({}, async (page) => {
    await signIn(page, both);
    await page.getByText("belong to two accounts here").waitFor();
    expect(await page.locator("h1").textContent()).toMatch(/ 409$/);
    await checkLooks(page, "two-accounts");
  });
});

async function shows(page: Page, address: string, status: number, words: string): Promise<void> {
  const shown = await page.goto(address);
  expect(shown?.status(), address).toBe(status);
  await page.getByText(words).waitFor();
}

test("a person comes from a link of another site, signs in, and works without JavaScript", async () => {
  const login = service.somebody({ name: "Ann" });
  await service.signIn(login);
  const owner = await approve(login);
  const id = await service.api.ledger.submit(1, { owner });
  await look({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`/requests/${id}`);
    await page.getByRole("link", { name: /^Go on to/ }).click();
    await answer(page, login, "Sign in");
    await page.waitForURL(`**/requests/${id}`);
    await page.getByRole("link", { name: "Ann", exact: true }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(`**/requests/${id}`);
    expect((await service.api.ledger.ended(id)).state).toBe("canceled");
    await page.reload();
    await page.getByRole("link", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.waitForURL(`${service.api.url}/`);
  });
});

test("a part of a page that the script has renewed has a form that still counts", async () => {
  const login = service.somebody();
  await service.signIn(login);
  const owner = await approve(login);
  const id = await service.api.ledger.submit(2, { owner });
  await look({}, async (page) => {
    await signIn(page, login);
    await page.goto(`/requests/${id}`);
    const [task] = await service.api.ledger.claim(1, { request: id });
    if (!task) throw new Error("no task");
    await service.api.ledger.report(task, "success");
    await page.getByText("1 of 2 files done").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await service.api.ledger.ended(id)).state).toBe("canceled");
  });
});

test("an open page whose session has ended becomes the way back to it", async () => {
  const login = service.somebody();
  await service.signIn(login);
  const owner = await approve(login);
  const id = await service.api.ledger.submit(2, { owner });
  const { db, people } = service.api.ledger.ctx;
  await look({}, async (page) => {
    await signIn(page, login);
    await page.goto(`/requests/${id}`);
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    await db.query("DELETE FROM sessions WHERE user_id = $1", [owner]);
    people.changed(owner);
    await page.getByRole("link", { name: "Go on to Globus" }).click();
    await page.waitForURL(`**/requests/${id}`);
  });
});

test("no script can read the session, which goes to this service alone", async () => {
  const login = service.somebody();
  await look({}, async (page) => {
    await signIn(page, login);
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name === service.cookieName);
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", secure: false, path: "/" });
    expect(await page.evaluate("document.cookie")).toBe("");
    expect(await page.evaluate("Object.keys({...localStorage, ...sessionStorage}).length")).toBe(0);
  });
});

test("signed out here and at the provider, a browser has to give its name again", async () => {
  const login = service.somebody({ name: "Bob" });
  await look({}, async (page) => {
    await signIn(page, login);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/signed-out");
    await page.getByRole("link", { name: "Sign out at Globus too" }).click();
    await page.getByRole("button", { name: "Yes" }).click();
    await page.getByText("You are signed out at the provider.").waitFor();
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Go on to Globus" }).click();
    await page.getByLabel("Name").waitFor();
    await page.goto("/profile");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});

test("a page of another site signs nobody out and changes nothing", async () => {
  const login = service.somebody();
  await look({}, async (page) => {
    await signIn(page, login);
    // Its own origin: another port, which is the same site to a browser.
    await page.goto(`${service.provider.issuer}/interaction/none`);
    await page.setContent(
      `<form method="post" action="${service.api.url}/sign-out"><button>Win</button></form>`,
    );
    const answered = page.waitForResponse(`${service.api.url}/sign-out`);
    await page.getByRole("button", { name: "Win" }).click();
    expect((await answered).status()).toBe(403);
    await page.goto("/profile");
    await page.getByText("Your account is new. Say who you are").waitFor();
  });
});
