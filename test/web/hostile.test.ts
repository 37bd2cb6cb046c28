// Hostile addresses, texts and calls.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

const mostBytes = 200_000;
const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let api: Api;
let id: string;
let path: string;
beforeAll(async () => {
  api = await openApi();
  id = await api.ledger.submit(2);
  path = `/requests/${id}`;
});
afterAll(() => api.close());

const page = (address: string, headers = {}) => api.get(address, { ...browser, ...headers });
const encoded = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString("base64url");

function form(address: string, body: string | Buffer, headers = {}): Promise<Answer> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return api.call({
    method: "POST",
    path: address,
    headers: { ...browser, ...type, ...headers },
    body,
  });
}

describe("a malformed address", () => {
  const never = "9999-99-99T99:99:99.000000Z";
  const nothing = "-".repeat(36);
  const asked = [
    "?prefix=%00",
    "?error=%00",
    "?prefix=a%00b&state=failed",
    "?after=%00",
    "?after=x",
    `?after=${encoded(["999999999999999999"])}`,
    `?after=${encoded(["9".repeat(400)])}`,
    `?cursor=${encoded(["999999999999999999"])}`,
    `?cursor=${encoded([1])}`,
    `?cursor=${"x".repeat(2000)}`,
    "?step=99999999999999999999",
    "?step=-1",
    "?state=__proto__",
    "?__proto__=x&constructor=y",
    "?prefix=%zz",
    "?prefix=%ed%a0%80",
    `?prefix=${"x".repeat(5000)}`,
    `?error=${"x".repeat(5000)}`,
    `?${"a=1&".repeat(10_000)}`,
    "/files/0",
    "/files/1e3",
    "/files/9007199254740991",
    "/files/99999999999999999999",
    "/files/%00",
    "/files/-1",
    "/results/0",
    "/results/9007199254740991",
    "/results/99999999999999999999",
    "/results/%2e%2e",
    "/nothing",
    "/delete/",
  ].map((below) => [below.slice(0, 60), () => `${path}${below}`] as const);
  const first = [
    `/?cursor=${encoded([never, nothing])}`,
    `/?cursor=${encoded([never, "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11"])}`,
    `/?cursor=${encoded(["2026-01-01T00:00:00.000000Z", nothing])}`,
    "/?cursor=%00",
    `/?cursor=${"x".repeat(20_000)}`,
    "/requests/%00",
    "/requests/%zz",
    "/requests/%c3%28",
    `/requests/${"x".repeat(20_000)}`,
    "/requests/..%2f..%2fetc%2fpasswd",
    "/requests/",
    "/requests",
    "/assets/..%2flayout.tsx",
    "/assets/pages.css?v=%00",
    "/transformation-request/%00",
    "/transformation-request//9999999999999999999999",
    "/%5c%5cevil.example",
  ].map((address) => [address.slice(0, 60), () => address] as const);
  test.each([...asked, ...first])("%s is no failure of the service", async (_name, address) => {
    const { status, headers, text } = await page(address());
    expect(status, text.slice(0, 2000)).toBeLessThan(500);
    if (status >= 400) {
      expect(headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(text).toContain("<h1>");
    }
    expect(Buffer.byteLength(text)).toBeLessThan(mostBytes);
  });

  test("a form that is not text, or very long, is no failure of the service", async () => {
    for (const body of ["error=%00", "error=%ff", "error=", "%00=%00", "a&".repeat(100_000)])
      for (const action of ["redrive", "delete"])
        expect((await form(`${path}/${action}`, body)).status).toBeLessThan(500);
    expect((await form(`${path}/redrive`, "error=%00")).status).toBe(400);
  });

  test("a form that is too large is refused as a page", async () => {
    const answer = await form(`${path}/redrive`, Buffer.alloc(2 ** 21, "a"));
    expect(answer.status).toBe(413);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  });

  test("ServiceX's pages lead to our own pages, whatever they are asked for", async () => {
    for (const status of [
      "__proto__",
      "constructor",
      "toString",
      "//evil.example",
      "%0d%0aset-cookie:a",
    ])
      expect(
        (await page(`/transformation-request/${id}/results?status=${status}`)).headers.location,
        status,
      ).toBe(`${path}#files`);
  });
});

test("other methods are refused with those that are possible, as page or problem", async () => {
  const allowed: Record<string, string> = {
    "/": "GET, HEAD",
    [path]: "GET, HEAD",
    [`${path}/cancel`]: "POST",
    [`${path}/delete`]: "GET, HEAD, POST",
    "/assets/live.js": "GET, HEAD",
  };
  for (const [address, allow] of Object.entries(allowed))
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "TRACE"]) {
      const shown = await api.call({ method, path: address, headers: browser });
      expect([shown.status, shown.headers.allow], `${method} ${address}`).toEqual([405, allow]);
      expect(shown.headers["content-type"]).toBe("text/html; charset=utf-8");
      const told = await api.call({ method, path: address });
      expect(told.status).toBe(405);
      expect(told.json()).toMatchObject({ status: 405 });
    }
});

test("HEAD has the headers of GET and no body, and changes nothing", async () => {
  for (const address of ["/", path, `${path}/delete`, "/nothing", "/assets/pages.css"]) {
    const got = await page(address);
    const { status, text, headers } = await api.call({
      method: "HEAD",
      path: address,
      headers: browser,
    });
    expect(text).toBe("");
    expect(status).toBe(got.status);
    for (const name of ["content-type", "cache-control", "content-security-policy"])
      expect(headers[name], `${name} of ${address}`).toBe(got.headers[name]);
  }
  expect((await api.ledger.read(id)).state).toBe("running");
});

test("no cache keeps a page or a refusal", async () => {
  for (const address of [
    "/",
    path,
    `${path}/progress`,
    `${path}/delete`,
    "/nothing",
    `${path}/files/0`,
  ])
    expect((await page(address)).headers["cache-control"], address).toBe("no-store");
});

test("malformed cookies are no failure", async () => {
  for (const cookie of ["=", ";;;=;", "longshore-1=%00", "a".repeat(30_000), "longshore-=\u00ff"])
    expect((await page("/", { cookie })).status).toBe(200);
});

describe("texts that take many bytes", () => {
  const long = (part: string, length: number) => part.repeat(Math.floor(length / part.length));
  test.each([
    ["quotes", `"`],
    ["control characters", "\u0001"],
    ["ampersands", "&"],
    ["Chinese", "\u6f22"],
    ["combining characters", "e\u0301\u0323\u0330"],
    ["overrides", "\u202e"],
    ["smiling faces", "\u{1f600}"],
    ["smiling faces at other places", "x\u{1f600}"],
  ])("no page with %s is larger than 200 kB", async (name, part) => {
    const files = Array.from({ length: 60 }, (_, at) => `/${long(part, 3000)}${at}`);
    const { id: large } = (
      await api.post("/v1/requests", {
        title: long(part, 500),
        dataset: {
          files: files.map((file) => Array.from({ length: 30 }, (_, at) => `${file}/${at}`)),
        },
        steps: [{ operation: "noop" }],
      })
    ).json() as { id: string };
    const tasks = await api.ledger.claim(60, { request: large });
    await until(async () => {
      tasks.push(...(await api.ledger.claim(60, { request: large, waitSeconds: 0 })));
      return tasks.length === 60;
    });
    await report(
      api.ledger.ctx,
      local,
      "w",
      tasks.map(({ request, file, step, attempt }, at) => {
        const own = `${String.fromCharCode(97 + (at % 26))}${"z".repeat(at)}`;
        const message = `${own} ${long(part, 4000)}`;
        const error = { class: "bad_file", message };
        return { request, file, step, attempt, status: "failure" as const, error };
      }),
    );
    await api.ledger.ended(large);
    await api.ledger.ctx.db.query(
      `INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status,
         timestamp, pod_name, info)
       SELECT request_created, request_id, file_id, step, attempt + n, status, timestamp, $2, info
       FROM file_status, generate_series(1, 150) n
       WHERE request_id = $1 AND file_id = $3 AND status = 'failure'`,
      [large, long(part, 200), tasks[0]?.file],
    );
    const sizes: Record<string, number> = {};
    const file = tasks[0]?.file;
    const filtered = `?prefix=${encodeURIComponent(`/${long(part, 999)}`)}`;
    for (const below of ["", filtered, "/progress", `/files/${file}`, "/delete"])
      sizes[below.slice(0, 20)] = Buffer.byteLength(
        (await page(`/requests/${large}${below}`)).text,
      );
    sizes.home = Buffer.byteLength((await page("/")).text);
    console.log(name, JSON.stringify(sizes));
    expect(Math.max(...Object.values(sizes))).toBeLessThan(mostBytes);
  });
});
