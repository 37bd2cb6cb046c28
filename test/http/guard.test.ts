import { isIP } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, openApi } from "../support/api.ts";

let api: Api;

beforeAll(async () => {
  api = await openApi();
});

afterAll(() => api.close());

const noop = { dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] };
const submit = (headers: Record<string, string>) => api.post("/v1/requests", noop, headers);

describe("with identity off", () => {
  test.each(["127.0.0.1", "127.0.0.1:5000", "localhost", "LOCALHOST:1", "[::1]", "[::1]:5000"])(
    "the host %s is this machine",
    async (host) => {
      expect((await api.get("/v1/requests", { host })).status).toBe(200);
    },
  );

  test.each([
    "evil.example",
    "evil.example:5000",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1@evil.example",
    "evil.example#127.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "127.0.0.1:5000:5000",
  ])("the host %s is refused, on every path", async (host) => {
    for (const path of [
      "/v1/requests",
      ...(isIP(host) ? [] : ["/healthz", "/readyz"]),
      "/metrics",
      "/openapi.json",
      "/docs",
      "/nothing",
    ]) {
      const answer = await api.get(path, { host });
      expect(answer.status).toBe(403);
      expect(answer.json()).toMatchObject({
        type: "urn:longshore:problem:foreign_host",
        status: 403,
      });
    }
    expect((await api.post("/v1/work/claim", { worker: "w" }, { host })).status).toBe(403);
  });

  test.each(["10.1.2.3:5001", "[fd00::7]:5001"])(
    "whether it lives is asked at %s, as Kubernetes asks a pod, and nothing else is",
    async (host) => {
      expect((await api.get("/healthz", { host })).status).toBe(200);
      expect((await api.get("/readyz", { host })).status).toBe(200);
      expect((await api.get("/healthz/", { host })).status).toBe(403);
      expect((await api.get("/healthz", { host, origin: "http://evil.example" })).status).toBe(403);
    },
  );

  test.each([
    "http://evil.example",
    "https://evil.example",
    "null",
    "http://localhost:3000",
    "http://127.0.0.1:2",
    "file://",
    "",
  ])("a page of %j may not call, and nothing is stored", async (origin) => {
    expect((await submit({ origin })).status).toBe(403);
    expect((await api.get("/v1/requests", { origin })).status).toBe(403);
    expect(
      (await api.post("/v1/work/reports", { worker: "w", reports: [] }, { origin })).status,
    ).toBe(403);
  });

  test("a page of another scheme on our own host may not call", async () => {
    const { host } = new URL(api.url);
    expect((await api.get("/v1/requests", { host, origin: `https://${host}` })).status).toBe(403);
  });

  test("our own pages may call", async () => {
    const { host, origin } = new URL(api.url);
    expect(
      (await api.get("/v1/requests", { host, origin, "sec-fetch-site": "same-origin" })).status,
    ).toBe(200);
  });

  test("a browser that says cross-site is refused without an Origin as well", async () => {
    expect((await api.get("/v1/requests", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await submit({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await submit({ "sec-fetch-site": "same-site" })).status).toBe(403);
  });

  test("nothing foreign was stored", async () => {
    expect((await api.get("/v1/requests")).json()).toEqual({ items: [], next: null });
  });

  test("a preflight is not answered in the words of CORS", async () => {
    const answer = await api.call({
      method: "OPTIONS",
      path: "/v1/requests",
      headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
    });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual(
      [],
    );
  });
});

test("the host of PUBLIC_URL is ours, and its pages are", async () => {
  const named = await openApi({ env: { PUBLIC_URL: "https://longshore.example" } });
  const own = { host: "longshore.example", origin: "https://longshore.example" };
  expect((await named.get("/v1/requests", own)).status).toBe(200);
  expect(
    (await named.get("/v1/requests", { ...own, origin: "http://longshore.example:81" })).status,
  ).toBe(403);
  expect((await named.get("/v1/requests", { host: "evil.example" })).status).toBe(403);
  await named.close();
});

test("every response forbids content sniffing and does not name the software", async () => {
  for (const path of ["/v1/requests", "/nothing", "/healthz", "/docs"]) {
    const { headers } = await api.get(path);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-request-id": expect.any(String),
    });
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

test("a valid request id of the caller is returned, an invalid one is replaced", async () => {
  expect(
    (await api.get("/healthz", { "x-request-id": "abcdefgh-1" })).headers["x-request-id"],
  ).toBe("abcdefgh-1");
  expect((await api.get("/healthz", { "x-request-id": "a b" })).headers["x-request-id"]).not.toBe(
    "a b",
  );
});

test("a path that begins with two slashes is served like one", async () => {
  expect((await api.get("//v1/requests")).status).toBe(200);
  expect((await api.get("//evil.example/v1/requests")).status).toBe(404);
});
