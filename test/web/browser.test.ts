// The pages in Chromium: with and without JavaScript, narrow and wide, light and dark.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleProgress } from "../../src/requests/monitor/progress.ts";
import { type Api, openApi } from "../support/api.ts";
import { checkLooks, complaintsOf, openBrowser } from "./browser.ts";

const markup = `<img src=x onerror="document.title='attacked'"><script>alert(1)</script>`;

let api: Api;
let browser: Browser;
let pages: Record<string, string>;

beforeAll(async () => {
  browser = await openBrowser();
  api = await openApi();
  Object.assign(api.ledger.ctx.urls, { s3: () => "https://objects.example.org" });
  const failed = await request(`two files ${markup}`, ["/data/a", `/data/${markup}`], 2);
  await post(`/v1/requests/${failed}/redrive`, {});
  await failAll(failed, 1);
  const running = await request(
    "goes on",
    Array.from({ length: 60 }, (_, n) => `/data/${n}`),
    0,
  );
  await api.ledger.ctx.db.query(
    `INSERT INTO request_progress (request_id, sampled_at, total, done, failed, canceled, place)
     SELECT id, now() - make_interval(mins => 60 - n), 60, n / 2, n / 9, 0, n
     FROM requests, generate_series(1, 59) n WHERE id = $1`,
    [running],
  );
  await api.ledger.ctx.db.query(
    "UPDATE requests SET created_at = now() - interval '1 hour' WHERE id = $1",
    [running],
  );
  await sampleProgress(api.ledger.ctx);
  const withheld = await request("on a strange worker", ["/data/a", "/data/b"], 0);
  await giveBack(withheld, 2);
  const [given] = (await get(`/v1/requests/${withheld}/files`)).items as { file: number }[];
  const [file] = (await get(`/v1/requests/${failed}/files?state=failed`)).items as {
    file: number;
  }[];
  pages = {
    home: "/",
    failed: `/requests/${failed}`,
    running: `/requests/${running}`,
    withheld: `/requests/${withheld}`,
    file: `/requests/${failed}/files/${file?.file}`,
    "withheld file": `/requests/${withheld}/files/${given?.file}`,
    s3: `/requests/${failed}/s3`,
    delete: `/requests/${failed}/delete`,
    "not found": "/nothing",
  };
});

afterAll(async () => {
  await browser.close();
  await api.close();
});

/** The last `failing` of its files fail, the others are done; with 0 it stays open. */
async function request(title: string, files: string[], failing: number): Promise<string> {
  const id = String((await post("/v1/requests", body(title, files))).id);
  if (failing > 0) await failAll(id, failing);
  return id;
}

const body = (title: string, files: string[]) => ({
  title,
  dataset: { files },
  steps: [{ operation: "noop" }],
});

/** So many fail, those with markup in their names first. */
async function failAll(id: string, failing: number): Promise<void> {
  let left = failing;
  while ((await api.ledger.read(id)).state !== "complete") {
    const tasks = await api.ledger.claim(10, { request: id, waitSeconds: 1 });
    for (const task of tasks.sort((one, other) => other.file - one.file)) {
      const error = { class: "bad_file", message: `No header in ${markup}` };
      if (left > 0) await api.ledger.report(task, "failure", { error });
      else await api.ledger.report(task, "success");
      left -= 1;
    }
  }
}

/** By a worker that may not read them: they wait for another one. */
async function giveBack(id: string, files: number): Promise<void> {
  const error = { class: "no_access", message: "/data is not below INPUT_ROOTS of this worker." };
  for (let left = files; left > 0; ) {
    const tasks = await api.ledger.claim(files, { request: id, waitSeconds: 5 });
    for (const task of tasks) await api.ledger.report(task, "given_back", { error });
    left -= tasks.length;
  }
}

const post = async (path: string, sent: unknown) => (await api.post(path, sent)).json();
const get = async (path: string) => (await api.get(path)).json();

interface Look {
  width?: number;
  javaScriptEnabled?: boolean;
}

async function look<Result>(
  { width = 1440, ...options }: Look,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({
    baseURL: api.url,
    viewport: { width, height: 900 },
    ...options,
  });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

test("no page has a barrier that axe knows, scrolls sideways or breaks its policy", async () => {
  await look({}, async (page) => {
    const complaints = complaintsOf(page, api.url);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      await checkLooks(page, name);
    }
    expect(complaints).toEqual([]);
  });
});

test("without JavaScript every page shows its content and a form cancels a request", async () => {
  const id = await request("by hand", ["/data/a"], 0);
  await look({ javaScriptEnabled: false, width: 360 }, async (page) => {
    for (const path of Object.values(pages)) {
      await page.goto(path);
      expect(await page.locator("h1").count()).toBe(1);
      expect(await page.locator("button[data-copy]:visible").count()).toBe(0);
    }
    await page.goto("/");
    await page.getByRole("link", { name: "by hand" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(`**/requests/${id}`);
    expect((await api.ledger.ended(id)).state).toBe("canceled");
    await page.reload();
    await page.getByRole("link", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.waitForURL(`${api.url}/`);
    expect((await api.get(`/v1/requests/${id}`)).status).toBe(404);
  });
});

test.each([true, false])(
  "files given back are let go to all workers by a button (JavaScript: %s)",
  async (javaScriptEnabled) => {
    const id = await request("given back", ["/data/a", "/data/b"], 0);
    await giveBack(id, 2);
    await look({ javaScriptEnabled }, async (page) => {
      await page.goto(`/requests/${id}`);
      await page.getByText("2 files wait for another worker").waitFor();
      await page.getByRole("button", { name: "Let all workers try 2 files given back" }).click();
      await page.getByRole("button", { name: "given back" }).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Cancel" }).waitFor();
    });
    const again = await api.ledger.claim(2, { request: id, waitSeconds: 5 });
    expect(again).not.toEqual([]);
    for (const task of again) await api.ledger.report(task, "success");
  },
);

test("with it, an open page follows its request to the end, and the focus stays", async () => {
  const id = await request("followed", ["/data/a", "/data/b"], 0);
  await look({}, async (page) => {
    await page.goto(`/requests/${id}`);
    await page.getByRole("combobox", { name: "State" }).focus();
    const tasks = await api.ledger.claim(2, { request: id });
    for (const task of tasks) await api.ledger.report(task, "success");
    await page.getByText("2 of 2 files done").waitFor();
    await page.getByRole("status").getByText("complete").waitFor();
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    expect(await page.evaluate("document.activeElement.name")).toBe("state");
  });
});

test("many pages in the background hold no connection that another page needs", async () => {
  await look({}, async (first) => {
    const open = async () => {
      const page = await first.context().newPage();
      const stream = page.waitForResponse(/\/events$/);
      await page.goto(pages.running ?? "", { timeout: 20_000 });
      await stream;
      return page;
    };
    for (let count = 0; count < 6; count += 1) {
      const page = await open();
      await page.evaluate(`
        Object.defineProperty(document, "hidden", { value: true });
        document.dispatchEvent(new Event("visibilitychange"));
      `);
    }
    await open();
  });
});

test("the page of a request that is deleted says so, instead of what was", async () => {
  const id = await request("deleted meanwhile", ["/data/a"], 0);
  await look({}, async (page) => {
    let remove: () => void = () => undefined;
    const removed = new Promise<void>((resolve) => {
      remove = resolve;
    });
    await page.route("**/progress", async (route) => {
      await removed;
      await route.continue();
    });
    await page.goto(`/requests/${id}`);
    await post(`/v1/requests/${id}/cancel`, {});
    await api.ledger.ended(id);
    await api.call({ method: "DELETE", path: `/v1/requests/${id}` });
    remove();
    await page.getByText(`There is no request "${id}".`).waitFor();
  });
});

test("defect 43: the first page follows its list by itself alone, and what is to be copied is copied", async () => {
  await look({}, async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    await page.getByRole("button", { name: "Copy servicex.yaml" }).click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain("codegen: sql");
    const called: string[] = [];
    page.on("request", (call) => called.push(new URL(call.url()).pathname));
    await request("newer than the page", ["/data/a"], 0);
    await page.getByRole("link", { name: "newer than the page" }).waitFor();
    // Whatever goes on in the list, nothing is asked about each of them.
    expect([...new Set(called)]).toEqual(["/"]);
  });
});

test("everything is reached by keyboard, beginning with a link to the content", async () => {
  await look({}, async (page) => {
    await page.goto(pages.failed ?? "");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent.trim()")).toContain("Skip");
    const controls = await page.locator("a:visible, button:visible, select, summary").count();
    const reached = new Set<string>();
    for (let press = 0; press < controls + 5; press += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate("document.activeElement.textContent.trim()"));
    }
    for (const name of ["Try 1 failed file again", "Receipt", "Delete…", "Show"])
      expect([...reached]).toContain(name);
  });
});

test("a page of another origin sends no form and reads nothing", async () => {
  const id = await request("guarded", ["/data/a"], 0);
  const elsewhere = api.url.replace("127.0.0.1", "localhost");
  await look({}, async (page) => {
    await page.route("http://evil.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body:
          `<form method="post" action="${elsewhere}/requests/${id}/cancel">` +
          "<button>Go</button></form>",
      }),
    );
    await page.goto("http://evil.example/");
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/cancel")),
      page.getByRole("button").click(),
    ]);
    expect(answer.status()).toBe(403);
  });
  expect((await api.ledger.read(id)).state).not.toMatch(/cancel/);
});
