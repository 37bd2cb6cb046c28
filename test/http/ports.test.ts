// A port for people, one for workers and finders, one for operators.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Listener } from "../../src/auth/listener.ts";
import { readConfig } from "../../src/config.ts";
import { attemptToken } from "../../src/facades/servicex/attempt-token.ts";
import { servicexEndpoints } from "../../src/facades/servicex/index.ts";
import { pageEndpoints } from "../../src/facades/servicex/pages.ts";
import { openListeners } from "../../src/http/listeners.ts";
import { routes } from "../../src/http/routes/index.ts";
import { loggerTo } from "../../src/log.ts";
import { appsOf } from "../../src/mounts.ts";
import { pages } from "../../src/web/index.ts";
import { type Call, sendCall } from "../support/api.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";
import { openPorts, type Ports } from "../support/ports.ts";
import { until } from "../support/wait.ts";

const lines: string[] = [];
let ledger: Ledger;
let ports: Ports;
let ann: Person;

const withIdentity = { ENABLE_AUTH: "true", VALID_DID_SCHEMES: "mock" };

beforeAll(async () => {
  const env = { ...withIdentity, INTERNAL_PORT: "0", OPS_PORT: "0" };
  const log = loggerTo({ write: (line) => lines.push(line) }, "trace");
  ledger = await openLedger({ env, log });
  ports = await openPorts(ledger);
  ann = await addPerson(ledger.ctx);
});

afterAll(async () => {
  await ports.close();
  await ledger.close();
});

const json = { "content-type": "application/json" };
const sent = (method: string, path: string, body: unknown, headers = {}): Call => ({
  method,
  path,
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
});
const plain = "/servicex/internal/transformation";
const elsewhere = "00000000-0000-4000-8000-000000000000";

const everything = [...routes, ...servicexEndpoints, ...pageEndpoints, ...pages]
  .map(({ method, path }) => ({
    method: method.toUpperCase(),
    path: path.replaceAll(/[:{]\w+\}?/g, elsewhere),
  }))
  .filter(({ path }) => !/^\/(assets\/|sign-in|auth-callback|sign-out|signed-out)/.test(path));

/** In words of their own, and not those of the table that decides it. */
function homeOf(path: string): Listener | "every" {
  if (path === "/healthz" || path === "/readyz") return "every";
  if (/^\/(metrics$|admin\/)/.test(path)) return "ops";
  return /^\/(v1\/(work|tasks)|servicex\/internal)\//.test(path) ? "internal" : "public";
}

test("each port answers what is for it alone, and each says whether it lives", async () => {
  const wrong: string[] = [];
  for (const { method, path } of everything)
    for (const listener of ["public", "internal", "ops"] as const) {
      const { status, text } = await ports.call(listener, { method, path });
      const nothing = status === 404 && /other_port|There is nothing at|no page/.test(text);
      const home = homeOf(path);
      if (nothing === (home === "every" || home === listener))
        wrong.push(`${method} ${path} at ${listener}: ${status} ${text.slice(0, 100)}`);
    }
  expect(wrong).toEqual([]);
});

test("neither a suffix, nor another case, nor slashes open the public port to internal calls", async () => {
  const id = await ledger.submit(1, { owner: ann.id });
  for (const path of [
    `${plain}/${id}/file-complete/`,
    `//servicex/internal//transformation/${id}/file-complete`,
    `/SERVICEX/internal/transformation/${id}/file-complete`,
    `/servicex/transformation/../internal/transformation/${id}/file-complete`,
    `/servicex/%69nternal/transformation/${id}/file-complete`,
    `${plain}/${id}/file-complete;/healthz`,
    `${plain}/${id}/file-complete/healthz`,
    "/v1/work/claim/healthz",
    "/V1/work/claim",
    "//v1/work/claim",
    "/v1/work/claim;a=b",
  ]) {
    const body = { "file-id": 0, status: "failure", worker: "w" };
    const method = path.includes("claim") ? "POST" : "PUT";
    const answer = await ports.call("public", sent(method, path, body));
    expect([404, 405], `${path} ${answer.text}`).toContain(answer.status);
  }
  expect((await ledger.read(id)).counters.failed).toBe(0);
});

test("at the port for workers a person's rights count for nothing more, and work needs a token", async () => {
  const claim = { worker: "w", max: 1 };
  const refused = await ports.call("internal", sent("POST", "/v1/work/claim", claim));
  expect([refused.status, refused.json().detail]).toEqual([
    401,
    "Send a worker's token: this call needs one, also at the port for workers.",
  ]);
  const headers = bearer(await ledger.ctx.workTokens.issue({}, 60));
  const claimed = await ports.call("internal", sent("POST", "/v1/work/claim", claim, headers));
  expect(claimed.status).toBe(200);
  const asAnn = sent("POST", "/v1/work/claim", claim, bearer(ann.accessToken));
  expect((await ports.call("internal", asAnn)).status).toBe(403);
});

test("metrics need no credential at the port of operators, and nothing else is open there", async () => {
  const metrics = await ports.call("ops", { path: "/metrics" });
  expect([metrics.status, metrics.text]).toEqual([200, expect.stringContaining("longshore_")]);
  expect((await ports.call("public", { path: "/metrics" })).status).toBe(404);
  for (const path of ["/v1/requests", "/v1/limits", "/", "/openapi.json"])
    expect((await ports.call("ops", { path })).status, path).toBe(404);
});

async function lookup(name: string): Promise<{ id: string; dataset: number }> {
  const body = {
    did: `mock://${name}`,
    codegen: "noop",
    selection: "",
    "result-destination": "object-store",
    "result-format": "parquet",
  };
  const headers = bearer(ann.accessToken);
  const made = await ports.call("public", sent("POST", "/servicex/transformation", body, headers));
  const id = String(made.json().request_id);
  const path = `/servicex/transformation/${id}`;
  const dataset = await until(async () => {
    const one = (await ports.call("public", { path, headers })).json();
    return one.status === "Lookup" ? Number(one.did_id) : undefined;
  });
  return { id, dataset };
}

const found = [{ paths: ["root://host//1"], file_size: 5, file_events: 7, adler32: 1 }];

/** What finders and sidecars send, about a request that is looked up. */
const internalCalls = (id: string, dataset: number, file = 0): Call[] => [
  sent("PUT", `${plain}/${dataset}/files`, found),
  sent("PUT", `${plain}/${dataset}/complete`, { files: 1 }),
  sent("PUT", `${plain}/${dataset}/error`, { message: "no", "error-type": "bad_name" }),
  sent("POST", `${plain}/${id}/start`, {}),
  sent("POST", `${plain}/${id}/status`, { source: "x", info: "x", severity: "fatal" }),
  sent("POST", `${plain}/${id}/${file}/status`, { info: "x" }),
  sent("PUT", `${plain}/${id}/file-complete`, { "file-id": file, status: "failure" }),
];

test("defect 25: nobody reports, adds files or ends a request but at the port for workers", async () => {
  const { id, dataset } = await lookup("closed");
  for (const call of internalCalls(id, dataset)) {
    const answer = await ports.call("public", call);
    expect(answer.status, `${call.path} ${answer.text}`).toBe(404);
    const signed = { ...call, headers: { ...call.headers, ...bearer(ann.accessToken) } };
    expect((await ports.call("public", signed)).status).toBe(404);
  }
  // The same, where all is served at one port: that needs a worker's token.
  const { VALID_DID_SCHEMES: _, ...env } = withIdentity;
  const beside = await openLedger({
    env,
    databaseUrl: ledger.ctx.databaseUrl,
    scheduler: false,
  });
  const one = await openPorts(beside);
  for (const call of internalCalls(id, dataset)) {
    const answer = await one.call("public", call);
    expect([answer.status, Object.keys(answer.json())], call.path).toEqual([401, ["message"]]);
  }
  await one.close();
  await beside.close();
  expect(await ledger.read(id)).toMatchObject({ state: "lookup", counters: { total: 0 } });
});

test("finders and sidecars that carry no token do their work at the port for workers", async () => {
  const { id, dataset } = await lookup("open");
  const [files, complete] = internalCalls(id, dataset);
  for (const call of [files, complete])
    expect((await ports.call("internal", call as Call)).status).toBe(200);
  const file = await until(async () => (await ledger.claim(1, { request: id }))[0]?.file);
  const report = sent("PUT", `${plain}/${id}/file-complete`, {
    "file-id": file,
    status: "failure",
  });
  expect((await ports.call("internal", report)).text).toBe('"Ok"');
  expect((await ledger.ended(id)).counters).toMatchObject({ failed: 1 });
});

test("the token in a sidecar's address is in no line of the log, whatever the call comes to", async () => {
  const request = await ledger.submit(1, { owner: ann.id });
  const [task] = await ledger.claim(1, { request });
  if (!task) throw new Error("no task");
  const { file, step, attempt } = task;
  const token = attemptToken(ledger.ctx.signingKey, { request, step, file, attempt });
  const [, signature = ""] = token.split(".");
  const at = (path: string) => path.replace("internal/", `internal/w/${token}/`);
  const body = { "file-id": file, status: "failure", "file-path": "root://host//1" };
  const before = lines.length;
  const calls: [string, string, unknown, number][] = [
    ["PUT", `${at(plain)}/${elsewhere}/file-complete`, body, 403],
    ["PUT", `${at(plain)}/${request}/file-complete`, "no body", 400],
    ["PUT", `${at(plain)}/${request}/unknown`, body, 404],
    ["GET", `${at(plain)}/${request}/file-complete`, undefined, 405],
    ["PUT", `/${at(plain).replace("/w/", "/w//")}/${request}/file-complete`, body, 404],
    ["POST", `${at(plain)}/${request}/${file}/status`, { info: "it reads" }, 200],
    ["PUT", `${at(plain)}/${request}/file-complete`, body, 200],
  ];
  for (const [method, path, content, status] of calls) {
    const answer = await ports.call("internal", sent(method, path, content));
    expect(answer.status, `${method} ${path} ${answer.text}`).toBe(status);
    expect((await ports.call("public", sent(method, path, content))).status).toBe(404);
  }
  await until(() => lines.slice(before).filter((line) => line.includes('"answered"')).length >= 10);
  expect(lines.slice(before).filter((line) => line.includes("/w/…")).length).toBeGreaterThan(5);
  expect(lines.filter((line) => line.includes(signature))).toEqual([]);
});

test("a signed address is taken at the port of those that it was given to", async () => {
  const id = await ledger.submit(1, { owner: ann.id });
  const { store } = ledger.ctx;
  await store.put(id, "out", Buffer.from("result"));
  for (const [audience, home, other] of [
    ["internal", "internal", "public"],
    ["public", "public", "internal"],
  ] as const) {
    const url = new URL(await store.signedUrl("GET", id, "out", 60, audience));
    const path = url.pathname + url.search;
    expect((await ports.call(home, { path })).text).toBe("result");
    expect((await ports.call(other, { path })).status).toBe(404);
  }
});

test("a process without the role api is measured and probed at OPS_PORT, and serves nothing else", async () => {
  const env = { PORT: "0", OPS_PORT: "0", ROLES: "scheduler", INTERNAL_URL: "http://127.0.0.1:1" };
  const ctx = {
    ...ledger.ctx,
    config: readConfig({ ...env, DATA_DIR: ledger.ctx.config.dataDir }),
  };
  const { urls, open, close } = await openListeners(ctx.config, ctx.log);
  try {
    open({ api: appsOf(ctx), s3: (_request, response) => response.end() });
    const port = Number(new URL(urls.ops?.() ?? "").port);
    const status = async (path: string) => (await sendCall(port, { method: "GET", path })).status;
    expect([await status("/healthz"), await status("/readyz"), await status("/metrics")]).toEqual([
      200, 200, 200,
    ]);
    expect([await status("/v1/requests"), await status("/"), await status("/admin/acts")]).toEqual([
      404, 404, 404,
    ]);
    expect([urls.s3, urls.internal(), urls.public()]).toEqual([
      ...[undefined, "http://127.0.0.1:1"],
      // It listens at PORT no more than elsewhere
      "http://127.0.0.1:1",
    ]);
  } finally {
    await close();
  }
});
