// The page of messages, for administrators.
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { addPerson, bearer, browserOf } from "../support/people.ts";
import { addAccount, type Outside, startOutside } from "../support/told.ts";
import { until } from "../support/wait.ts";
import { openBrowser, sidewaysPixels, violationsOf } from "./browser.ts";

const markup = `<img src=x onerror="document.title='attacked'"><script>alert(1)</script>`;
const shots = process.env.SCREENSHOTS;
const path = "/admin/notices";

let outside: Outside;
let api: Api;
let browser: Browser;
let admin: Record<string, string>;

beforeAll(async () => {
  browser = await openBrowser();
  outside = await startOutside();
  const { env, connectors, log } = outside;
  // Nothing is sent by itself: the messages stay as they are made.
  api = await openApi({ env: { ...env, PUBLIC_URL: "" }, connectors, log, scheduler: false });
  // Forms are taken from the service's own address alone.
  Object.assign(api.ledger.ctx.urls, { public: () => api.url });
  const person = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "admin"] });
  admin = bearer(person.accessToken);
  for (const [key, kind, state, problem] of messages) await addMessage(key, kind, state, problem);
});
afterAll(async () => {
  await browser.close();
  await api.close();
  await outside.close();
});

const messages: [key: string, kind: string, state: string, problem: string | null][] = [
  ["1", "signup", "sent", null],
  ["2", "welcome", "waiting", "Mailgun answered 503 (down)."],
  ["3", "rejected", "failed", `Mailgun answered 400 (${markup}${"x".repeat(600)}).`],
  ["4", "done", "failed", "Mailgun answered 401 (Forbidden)."],
  ["5", "answer", "failed", "Slack answered 404 (expired_url)."],
  ["6", "welcome", "waiting", null],
];

async function addMessage(key: string, kind: string, state: string, problem: string | null) {
  const { ctx } = api.ledger;
  const user = await addAccount(ctx, { name: `Ada ${key} ${markup} ${"long".repeat(60)}` });
  const request = kind === "done" ? await ctx.db.query("SELECT gen_random_uuid() AS id") : [];
  await ctx.db.query(
    `INSERT INTO notices (kind, key, user_id, request_id, state, problem, tries, settled_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $5 <> 'waiting' THEN now() END)`,
    [kind, key, user, request[0]?.id ?? null, state, problem, triesOf(state, problem)],
  );
}

function triesOf(state: string, problem: string | null): number {
  if (problem !== null) return 2;
  return state === "sent" ? 1 : 0;
}

const accept = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const page = (address: string, headers = admin) => api.get(address, { ...accept, ...headers });

function form(address: string, headers: Record<string, string> = {}): Promise<Answer> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const all = { ...accept, ...admin, ...type, ...headers };
  return api.call({ method: "POST", path: address, headers: all, body: "" });
}

test("an administrator sees what was not sent, and why; nobody else does", async () => {
  const { status, text, headers } = await page(path);
  expect([status, headers["cache-control"]]).toEqual([200, "no-store"]);
  for (const sentence of [
    "Mailgun answered 401 (Forbidden).",
    "Slack answered 404 (expired_url).",
    "Welcome, by mail",
    "not tried yet",
    "tried 2 times",
  ])
    expect(text).toContain(sentence);
  expect(text).not.toContain("<img");
  expect(text.match(/>\s*Send again\s*</g)).toHaveLength(2);
  const ann = await addPerson(api.ledger.ctx);
  expect((await page(path, bearer(ann.accessToken))).status).toBe(403);
  expect((await page(path, {})).status).toBe(401);
});

test("messages are shown by state", async () => {
  const { text } = await page(`${path}?state=waiting`);
  expect(text).toContain("Mailgun answered 503");
  expect(text).not.toContain("Forbidden");
  expect(text).toMatch(/aria-current="page">\s*waiting/);
  expect((await page(`${path}?state=lost`)).status).toBe(400);
  expect((await page(`${path}?cursor=x`)).status).toBe(400);
});

test("a failed one is sent again by a form of the page, and by no other", async () => {
  const { query } = api.ledger.ctx.db;
  const [row] = await query<{ id: number }>("SELECT id FROM notices WHERE key = '4'");
  const state = async () => (await query("SELECT state FROM notices WHERE key = '4'"))[0]?.state;
  const again = `${path}/${row?.id}/again`;
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }])
    expect((await form(again, headers)).status).toBe(403);
  expect((await page(again)).status).toBe(405);
  expect(await state()).toBe("failed");
  const answer = await form(again);
  expect([answer.status, answer.headers.location]).toEqual([303, path]);
  expect(await state()).toBe("waiting");
  expect((await form(again)).status).toBe(409);
  for (const unknown of ["999999", "x", "0", "1e3"])
    expect((await form(`${path}/${unknown}/again`)).status).toBe(404);
  await query("UPDATE notices SET state = 'failed', tries = 2, settled_at = now() WHERE key = '4'");
});

test("by a session, a form counts if it is of a page of that session", async () => {
  const { ctx } = api.ledger;
  const browsers = await Promise.all(
    [1, 2].map(async () => browserOf(ctx, (await addPerson(ctx, { admin: true })).id)),
  );
  const [own, foreign] = await Promise.all(
    browsers.map(async (browser) => {
      const { text } = await page(path, browser);
      return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
    }),
  );
  const [row] = await ctx.db.query<{ id: number }>("SELECT id FROM notices WHERE key = '3'");
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const send = async (csrf: string | undefined) => {
    const headers = { ...accept, ...type, ...browsers[0] };
    const again = `${path}/${row?.id}/again`;
    return (await api.call({ method: "POST", path: again, headers, body: `csrf=${csrf}` })).status;
  };
  expect([await send(""), await send(foreign), await send(own)]).toEqual([403, 403, 303]);
  await ctx.db.query(
    "UPDATE notices SET state = 'failed', tries = 2, settled_at = now() WHERE key = '3'",
  );
});

test("with identity off the page says so", async () => {
  const off = await openApi();
  const { status, text } = await off.get(path, accept);
  expect([status, text]).toEqual([409, expect.stringContaining("Identity is off")]);
  await off.close();
});

interface Look {
  width: number;
  colorScheme?: "light" | "dark";
  javaScriptEnabled?: boolean;
}

async function look<Result>(
  { width, ...options }: Look,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({
    baseURL: api.url,
    viewport: { width, height: 900 },
    extraHTTPHeaders: admin,
    ...options,
  });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

const looks = [360, 1440].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

describe.each(looks)("at $width pixels, $colorScheme", (options) => {
  test("the page has no barrier that axe knows, and does not scroll sideways", async () => {
    await look(options, async (opened) => {
      const complaints: string[] = [];
      opened.on("pageerror", (error) => complaints.push(error.message));
      await opened.goto(path);
      expect(await violationsOf(opened)).toEqual([]);
      expect(await sidewaysPixels(opened)).toBeLessThanOrEqual(0);
      expect(await opened.title()).toBe("Messages · Longshore");
      if (shots) {
        mkdirSync(shots, { recursive: true });
        const name = `notices-${options.width}-${options.colorScheme}`;
        await opened.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
      }
      expect(complaints).toEqual([]);
    });
  });
});

test("without JavaScript the button sends a message again", async () => {
  const { query } = api.ledger.ctx.db;
  await look({ width: 360, javaScriptEnabled: false }, async (opened) => {
    await opened.goto(`${path}?state=failed`);
    await opened.getByRole("button", { name: "Send again: Rejection, by mail" }).click();
    await until(async () => {
      const [row] = await query("SELECT state FROM notices WHERE key = '3'");
      return row?.state === "waiting";
    });
  });
});
