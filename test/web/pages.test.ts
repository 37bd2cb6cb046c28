// The pages as a browser without JavaScript gets them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const page = (path: string, from = api) => from.get(path, browser);
const markup = `<img src=x onerror="alert(1)"><script>alert('x')</script>"'&`;

interface Submitted {
  id: string;
  path: string;
}

async function submit(title: string, files: string[], from = api): Promise<Submitted> {
  const body = { title, dataset: { files }, steps: [{ operation: "noop" }] };
  const { id } = (await from.post("/v1/requests", body)).json();
  return { id: String(id), path: `/requests/${id}` };
}

/** A request of two files, one of which failed with this message. */
async function halfFailed(title: string, message: string, name = "b"): Promise<Submitted> {
  const { id, path } = await submit(title, ["/data/a", `/data/${name}`]);
  const tasks = [
    ...(await api.ledger.claim(2, { request: id })),
    ...(await api.ledger.claim(1, { request: id, waitSeconds: 0 })),
  ].sort((left, right) => left.file - right.file);
  const [first, second] = tasks;
  if (!first || !second) throw new Error("two tasks were expected");
  await api.ledger.report(first, "success");
  await api.ledger.report(second, "failure", { error: { class: "bad_file", message } });
  await api.ledger.ended(id);
  return { id, path };
}

function form(path: string, fields: Record<string, string> = {}, headers = {}): Promise<Answer> {
  return api.call({
    method: "POST",
    path,
    headers: { ...browser, "content-type": "application/x-www-form-urlencoded", ...headers },
    body: String(new URLSearchParams(fields)),
  });
}

test("the first page says what this is, that it is ready, how to submit, and lists requests", async () => {
  const { id, path } = await submit("weather of May", ["/data/a"]);
  await until(async () => (await api.ledger.read(id)).counters.total === 1);
  const { status, text, headers } = await page("/");
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(text).toContain("The service is ready.");
  expect(text).toContain(`<a href="${path}"><bdi>weather of May</bdi></a>`);
  expect(text).toContain("0 of 1 file done");
  expect(text).toContain("longshore submit --url http://127.0.0.1:1 ");
  expect(text).toContain("endpoint: http://127.0.0.1:1/");
  for (const link of ["/docs", "/metrics", "/.well-known/longshore-keys"])
    expect(text).toContain(`href="${link}"`);
});

test("a request's page has its state, steps, files, results and reasons of failure", async () => {
  const { id, path } = await halfFailed("two files", "the header is broken");
  const { text } = await page(path);
  expect(text).toContain('<span class="state complete">complete</span>');
  expect(text).toContain("1 of 2 files done, 1 failed");
  expect(text).toContain("the header is broken");
  expect(text).toContain("1. noop");
  expect(text).toContain("/data/a");
  expect(text).toContain(`href="/v1/requests/${id}/receipt"`);
  expect(text).toContain(`action="${path}/redrive"`);
  expect(text).not.toContain(`action="${path}/cancel"`);
});

test("a request whose dataset is empty is not just called complete", async () => {
  const { id, path } = await submit("nothing", []);
  expect((await api.ledger.ended(id)).state).toBe("complete");
  expect((await page(path)).text).toContain("No file was done: the dataset has no files.");
});

test("files are filtered by state, reason and path, and unknown filters are refused", async () => {
  const { path } = await halfFailed("filters", "no header");
  const rowsOf = (text: string) => [...text.matchAll(/\/files\/(\d+)"><bdi/g)].length;
  const reason = /\?error=([^"#]+)#files/.exec((await page(path)).text)?.[1];
  const example = 1;
  expect(rowsOf((await page(path)).text)).toBe(2 + example);
  expect(rowsOf((await page(`${path}?state=failed&step=&prefix=`)).text)).toBe(1 + example);
  expect(rowsOf((await page(`${path}?error=${reason}`)).text)).toBe(1 + example);
  expect(rowsOf((await page(`${path}?prefix=/data/a`)).text)).toBe(1 + example);
  expect((await page(`${path}?state=done&prefix=/data/b`)).text).toContain("No file is like that");
  expect((await page(`${path}?state=lost`)).status).toBe(400);
  expect((await page(`${path}?cursor=x`)).status).toBe(400);
});

test("files go on over pages, each file once", async () => {
  const files = Array.from({ length: 120 }, (_, index) => `/many/${index}`);
  const { id, path } = await submit("many", files);
  await until(async () => (await api.ledger.read(id)).counters.total === 120);
  const seen: string[] = [];
  let next: string | undefined = path;
  while (next) {
    const { text }: Answer = await page(next);
    seen.push(
      ...[...text.matchAll(/\/files\/\d+"><bdi class="path">([^<]+)/g)].map((m) => m[1] ?? ""),
    );
    next = /href="([^"#]+)#files" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  }
  expect(seen.sort()).toEqual(files.sort());
});

test("cancel, redrive and delete are forms, and delete asks first", async () => {
  const open = await submit("to cancel", ["/data/a"]);
  expect(await form(`${open.path}/cancel`)).toMatchObject({
    status: 303,
    headers: { location: open.path },
  });
  expect((await api.ledger.ended(open.id)).state).toBe("canceled");

  const failed = await halfFailed("to redrive", "try me");
  expect(await form(`${failed.path}/redrive`, { error: "nothing" })).toMatchObject({ status: 409 });
  expect((await form(`${failed.path}/redrive`)).status).toBe(303);
  expect(await api.ledger.read(failed.id)).toMatchObject({ round: 2, state: "running" });

  expect((await page(`${open.path}/delete`)).text).toContain("Delete this request?");
  expect((await form(`${open.path}/delete`)).status).toBe(400);
  expect((await page(open.path)).status).toBe(200);
  expect(await form(`${open.path}/delete`, { confirm: "yes" })).toMatchObject({
    status: 303,
    headers: { location: "/" },
  });
  expect((await page(open.path)).status).toBe(404);
});

test("files that workers gave back too often are let go to all workers, all or one", async () => {
  const { id, path } = await submit("withheld", ["/data/a", "/data/b", "/data/c"]);
  const error = { class: "no_access", message: "not below INPUT_ROOTS" };
  for (let taken = 0; taken < 3; taken += 1)
    for (const task of await api.ledger.claim(1, { request: id, waitSeconds: 5 }))
      await api.ledger.report(task, "given_back", { error });
  const button = async () =>
    /Let all workers try ([^<]*) given back/.exec((await page(path)).text)?.[1];
  expect(await button()).toBe("3 files");
  const [, own = ""] = /href="([^"]+\/files\/\d+)"/.exec((await page(path)).text) ?? [];
  expect((await page(own)).text).toContain("Let all workers try it");
  const file = own.split("/").at(-1) ?? "";
  expect(await form(`${path}/redrive`, { file })).toMatchObject({
    status: 303,
    headers: { location: path },
  });
  expect(await button()).toBe("2 files");
  expect((await page(own)).text).not.toContain("Let all workers try it");
  expect((await form(`${path}/redrive`)).status).toBe(303);
  expect(await button()).toBeUndefined();
  expect((await form(`${path}/redrive`)).status).toBe(409);
  expect((await form(`${path}/redrive`, { file: "x" })).status).toBe(400);
  expect(await api.ledger.claim(3, { request: id })).not.toEqual([]);
});

test("the page of a failed file offers to try it again, and only it is", async () => {
  const { id, path } = await halfFailed("one of two", "try it");
  const failed = (await api.get(`/v1/requests/${id}/files?state=failed`)).json();
  const [{ file }] = failed.items as [{ file: number }];
  expect((await page(`${path}/files/${file}`)).text).toContain("Try it again");
  expect((await page(`${path}/files/${file - 1}`)).text).not.toContain("Try it again");
  expect((await form(`${path}/redrive`, { file: String(file - 1) })).status).toBe(409);
  expect((await form(`${path}/redrive`, { file: String(file) })).status).toBe(303);
  expect((await page(`${path}/files/${file}`)).text).not.toContain("Try it again");
});

describe("an attacker", () => {
  const foreign: Record<string, Record<string, string>> = {
    "another origin": { origin: "https://evil.example" },
    "a page without an origin": { origin: "null" },
    "another port of this machine": { origin: "http://127.0.0.1:2", "sec-fetch-site": "same-site" },
    "another site": { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    "a window of another site": {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    },
  };
  test.each(Object.keys(foreign))("sends no form from %s", async (name) => {
    const { id, path } = await submit("kept", ["/data/a"]);
    for (const action of ["cancel", "redrive", "delete"]) {
      const answer = await form(`${path}/${action}`, { confirm: "yes" }, foreign[name]);
      expect(answer.status).toBe(403);
    }
    expect((await api.ledger.read(id)).state).not.toMatch(/cancel/);
  });

  test("sends no form as text or JSON, which need no page of ours", async () => {
    const { path } = await submit("kept", ["/data/a"]);
    for (const type of ["text/plain", "application/json"])
      expect((await form(`${path}/cancel`, {}, { "content-type": type })).status).toBe(415);
  });

  test("brings no markup into a page by a title, a file's name or an error", async () => {
    const { id, path } = await halfFailed(markup, markup, markup);
    const [file] = (await api.get(`/v1/requests/${id}/files?state=failed`)).json().items as {
      file: number;
    }[];
    const addresses = ["/", path, `${path}/files/${file?.file}`, `${path}/delete`];
    const filtered = `${path}?prefix=${encodeURIComponent(markup)}`;
    const unknown = `/${encodeURIComponent(markup)}`;
    for (const address of [...addresses, filtered, unknown]) {
      const { text } = await page(address);
      if (address !== unknown) expect(text, address).toContain("&lt;img src=x onerror=");
      expect(text, address).not.toContain("<img");
      expect(text, address).not.toContain("<script>");
      expect(text, address).not.toMatch(/="[^"]*"alert/);
    }
  });

  test("shows no page in a frame and loads nothing into one from elsewhere", async () => {
    const { path } = await submit("framed", ["/data/a"]);
    for (const address of ["/", path, "/nothing"]) {
      const policy = (await page(address)).headers["content-security-policy"];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    }
    const frame = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await api.get(path, { ...frame, "sec-fetch-dest": "iframe" })).status).toBe(403);
  });
});

test("a link on another site opens a page in a window, and nothing of the API", async () => {
  const { id, path } = await submit("linked", ["/data/a"]);
  const link = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  expect((await api.get(path, link)).status).toBe(200);
  expect((await api.get(`/v1/requests/${id}`, link)).status).toBe(403);
  expect((await api.get(`/servicex/transformation/${id}/cancel`, link)).status).toBe(403);
});

describe("an error", () => {
  test.each(["/nothing", "/v1/nothing", "/v1/requests/none", "/servicex/nothing", "/objects/a/b"])(
    "at %s is a page in a browser and stays data to a program",
    async (path) => {
      const shown = await page(path);
      expect(shown.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(shown.headers["content-security-policy"]).toContain("style-src 'self'");
      expect(shown.text).toContain("<h1>");
      for (const accept of ["*/*", "application/json", "application/json, text/html;q=0.5", ""]) {
        const told = await api.get(path, { accept });
        expect(told.status).toBe(shown.status);
        expect(told.headers["content-type"]).toMatch(/^application\/(problem\+)?json/);
        expect(told.headers.vary).toBe("accept");
      }
    },
  );

  test("before any route is a page as well: a foreign host", async () => {
    const answer = await api.get("/", { ...browser, host: "evil.example" });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("The host &quot;evil.example&quot; is not one of this service");
  });
});

test("PUBLIC_URL's prefix is in every link, form and address of a page", async () => {
  const below = await openApi({ env: { PUBLIC_URL: "https://site.example/data" } });
  try {
    const own = { ...browser, host: "site.example" };
    const { path } = await submit("prefixed", ["/data/a"], below);
    for (const address of ["/", path, `${path}/delete`, "/nothing"]) {
      const { text } = await below.get(address, own);
      const links = [...text.matchAll(/ (?:href|src|action|data-progress|data-events)="([^"]*)"/g)];
      expect(links.length).toBeGreaterThan(4);
      for (const [, link] of links) expect(link, address).toMatch(/^(\/data\/|#)/);
    }
  } finally {
    await below.close();
  }
});

test("the pages' own files are cached for good under an address that changes with them", async () => {
  const { text } = await page("/");
  const found = [...text.matchAll(/="(\/assets\/[^"]+)"/g)].map(([, link]) => link ?? "");
  expect(found).toHaveLength(3);
  for (const link of found) {
    const { status, headers } = await api.get(link);
    expect(status).toBe(200);
    expect(headers["cache-control"]).toContain("immutable");
  }
});
