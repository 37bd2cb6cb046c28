// Another user of the same machine, as on a login node, calls a service that listens on loopback.
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { type Service, startService } from "../support/service.ts";
import { anotherUid, callAndLeave, callAs, canBeAnother, type Sent } from "./as-user.ts";

let service: Service;

beforeAll(async () => {
  service = await startService({ OPERATIONS: "noop", LOCAL_WORKERS: "0" });
  chmodSync(service.dataDir, 0o755);
});
afterAll(() => service?.remove());

const submit = (title: string): Sent => ({
  method: "POST",
  path: "/v1/requests",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    title,
    dataset: { files: ["/a"] },
    steps: [{ operation: "noop" }],
  }),
});
const asAnother = (calls: Sent[]) => callAs(anotherUid, service.url, calls);
const tokenOf = (name: string) => readFileSync(join(service.dataDir, name), "utf8").trim();
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function titles(): Promise<string[]> {
  const response = await fetch(`${service.url}/v1/requests?limit=200`);
  const { items } = (await response.json()) as { items: { title: string }[] };
  return items.map(({ title }) => title);
}

test("the user who started it calls without a token", async () => {
  for (const path of ["/v1/requests", "/docs", "/metrics", "/servicex"])
    expect((await fetch(`${service.url}${path}`)).status, path).toBe(200);
  const { path, ...call } = submit("own");
  expect((await fetch(`${service.url}${path}`, call)).status).toBe(201);
});

describe.skipIf(!canBeAnother)("another user", () => {
  test("reads nothing, and is told what is missing", async () => {
    const paths = [
      "/v1/requests",
      "/v1/operations",
      "/v1/datasets",
      "/v1/limits",
      "/metrics",
      "/openapi.json",
      "/docs",
      "/docs/start.js",
      "/servicex",
      "/servicex/transformation",
      "/.well-known/longshore-keys",
    ];
    for (const answer of await asAnother(paths.map((path) => ({ path })))) {
      expect(answer.status, answer.text).toBe(401);
      expect(answer.text).toContain("local-token");
      expect(answer.text).not.toContain(service.dataDir);
    }
  });

  test("changes nothing", async () => {
    const json = { "content-type": "application/json" };
    const calls: Sent[] = [
      submit("foreign"),
      { method: "POST", path: "/v1/work/claim", headers: json, body: '{"worker":"w","max":1}' },
      { method: "POST", path: "/v1/work/reports", headers: json, body: "{}" },
      { method: "PUT", path: "/v1/limits/users/ann", headers: json, body: '{"share":2}' },
      { method: "POST", path: "/servicex/transformation", headers: json, body: "{}" },
      { method: "PUT", path: "/servicex/internal/transformation/1/complete", headers: json },
    ];
    const answers = await asAnother(calls);
    expect(answers.map(({ status }) => status)).toEqual(calls.map(() => 401));
    expect(await titles()).not.toContain("foreign");
  });

  test("learns only whether it lives", async () => {
    const answers = await asAnother([{ path: "/healthz" }, { path: "/readyz" }]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("stays another user for as long as the connection lasts", async () => {
    const calls = [{ path: "/healthz" }, { path: "/v1/requests" }, { path: "/v1/requests" }];
    const answers = await asAnother(calls);
    expect(new Set(answers.map(({ port }) => port)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 401]);
  });

  // The kernel lists a socket without a process as root's.
  test("who leaves at once is not taken for root", async () => {
    for (let call = 0; call < 10; call += 1)
      await callAndLeave(anotherUid, service.url, submit("gone"));
    await fetch(`${service.url}/v1/requests`);
    expect(await titles()).not.toContain("gone");
  });

  test("cannot read the token", () => {
    for (const name of ["local-token", "local-link"]) {
      const { mode, uid } = statSync(join(service.dataDir, name));
      expect(mode & 0o777, name).toBe(0o600);
      expect(uid).toBe(process.getuid?.());
    }
    expect(service.stdout()).toContain(join(service.dataDir, "local-link"));
    expect(service.stdout() + service.stderr()).not.toContain(tokenOf("local-token"));
  });

  test("is let in with the token, and with no other", async () => {
    const answers = await asAnother([
      { path: "/v1/requests", headers: bearer(tokenOf("local-token")) },
      { ...submit("with token"), headers: { ...bearer(tokenOf("local-token")) } },
      { path: "/v1/requests", headers: bearer("x".repeat(43)) },
      { path: `/v1/requests?token=${tokenOf("local-token")}` },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 415, 401, 401]);
  });

  test("a browser gets a cookie by the link, which changes nothing", async () => {
    const link = new URL(tokenOf("local-link"));
    const before = await titles();
    const [opened] = await asAnother([{ path: link.pathname + link.search }]);
    expect(opened).toMatchObject({ status: 303, headers: { location: "./" } });
    const set = String(opened?.headers["set-cookie"]);
    expect(set).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(set).not.toContain(tokenOf("local-token"));
    const cookie = set.split(";")[0] ?? "";
    const forged = cookie.replace(/=.*/, "=forged");
    const page = { cookie, "sec-fetch-site": "same-origin" };
    const answers = await asAnother([
      { path: "/docs", headers: page },
      { path: "/docs", headers: { cookie: forged } },
      // A page of another port is the same site to a browser: the cookie comes with its calls.
      { path: "/v1/requests", headers: { ...page, "sec-fetch-site": "same-site" } },
      { path: "/open?token=wrong" },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 403, 401]);
    expect(await titles()).toEqual(before);
  });

  test("our command line finds the token, and gives it to this service alone", async () => {
    const env = { LONGSHORE_URL: service.url, DATA_DIR: service.dataDir };
    const own = await runCli(["list", "--json"], { env });
    expect(own.code, own.stderr).toBe(0);
    const token = { LONGSHORE_URL: service.url, LONGSHORE_TOKEN: tokenOf("local-token") };
    expect((await runCli(["list"], { env: token, uid: anotherUid, cwd: "/" })).code).toBe(0);
    const without = { env: { LONGSHORE_URL: service.url }, uid: anotherUid, cwd: "/" };
    const refused = await runCli(["list"], without);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("local-token");
  });

  test("is let in where ALLOW_ANYONE is set, which each start and page says", async () => {
    const open = await startService({
      HOST: "0.0.0.0",
      ENABLE_AUTH: "false",
      ALLOW_ANYONE: "true",
      LOCAL_WORKERS: "0",
    });
    const url = open.url.replace("0.0.0.0", "127.0.0.1");
    const answers = await callAs(anotherUid, url, [{ path: "/v1/requests" }, { path: "/docs" }]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]?.text).toContain("ALLOW_ANYONE is true");
    expect(open.stderr()).toContain("ALLOW_ANYONE is true");
    const description = await fetch(`${url}/openapi.json`).then((response) => response.text());
    expect(description).toContain("ALLOW_ANYONE is true");
    await open.remove();
  });
});
