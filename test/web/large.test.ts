// A request of 100,000 files, half of which failed: how large its pages are, and how soon one sees
// something of them.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";
import { openBrowser } from "./browser.ts";

const files = 100_000;
const mostBytes = 200_000;

let api: Api;
let browser: Browser;
let path: string;

beforeAll(async () => {
  browser = await openBrowser();
  api = await openApi();
  const { ctx } = api.ledger;
  const id = await api.ledger.submit(files);
  path = `/requests/${id}`;
  await until(async () => (await api.ledger.read(id)).counters.total === files, {
    timeoutSeconds: 120,
  });
  for (let settled = 0; settled < files; ) {
    const tasks = await api.ledger.claim(1000, { request: id });
    await report(
      ctx,
      local,
      "w",
      tasks.map(({ request, file, step, attempt }) => {
        const done = { request, file, step, attempt, status: "success" } as const;
        const message = `${words(file % 300)} ${"&<> ".repeat(400)}`;
        const error = { class: "bad_file", message };
        return file % 2 === 0 ? done : { ...done, status: "failure" as const, error };
      }),
    );
    settled += tasks.length;
  }
  await api.ledger.ended(id);
}, 600_000);

afterAll(async () => {
  await browser.close();
  await api.close();
});

/** Letters alone: numbers are left out of the reasons that make a group. */
function words(value: number): string {
  return [...String(value)].map((digit) => "abcdefghij"[Number(digit)]).join("");
}

test("no page is larger than 200 kB, whatever is chosen", async () => {
  const { text } = await api.get(path, { accept: "text/html" });
  const links = [...text.matchAll(/href="([^"#]*\?(?:error|cursor)[^"#]*)/g)].map(
    ([, link]) => link,
  );
  expect(links.length).toBeGreaterThan(10);
  const addresses = [path, `${path}/progress`, `${path}?state=failed`, ...links.slice(-3)];
  const sizes = await Promise.all(
    addresses.map(async (address) => {
      const answer = await api.get((address ?? "").replaceAll("&amp;", "&"));
      expect(answer.status, address).toBe(200);
      return Buffer.byteLength(answer.text);
    }),
  );
  console.log(`bytes: ${sizes.join(", ")}`);
  expect(Math.max(...sizes)).toBeLessThan(mostBytes);
});

test("the first paint is within a second", async () => {
  const page = await browser.newPage({ baseURL: api.url });
  await page.goto("/");
  await page.goto(path);
  await page.getByText("100,000 files done").waitFor();
  const painted = await until(async () => (await page.evaluate(firstPaint)) as number | undefined);
  console.log(`first paint: ${Math.round(painted)} ms`);
  expect(painted).toBeLessThan(1000);
});

const firstPaint = `performance.getEntriesByName("first-contentful-paint")[0]?.startTime`;
