// Every route and every façade endpoint, called by every kind of caller: what users/policy.ts says
// is what happens.
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, local, ownerOf } from "../../src/auth/caller.ts";
import { attemptToken } from "../../src/facades/servicex/attempt-token.ts";
import { servicexEndpoints } from "../../src/facades/servicex/index.ts";
import { pageEndpoints } from "../../src/facades/servicex/pages.ts";
import { exampleOf } from "../../src/http/openapi.ts";
import { routes } from "../../src/http/routes/index.ts";
import { allOperations } from "../../src/operations/index.ts";
import {
  type Action,
  actions,
  type Decision,
  decide,
  whoseRequest,
} from "../../src/users/policy.ts";
import { pages } from "../../src/web/index.ts";
import { type Api, type Call, openApi } from "../support/api.ts";

const elsewhere = "00000000-0000-4000-8000-000000000000";

const callers: Record<string, Caller> = {
  local,
  Ann: { kind: "user", owner: "ann" },
  Bob: { kind: "user", owner: "bob" },
  "a token of Ann for reading": { kind: "user", owner: "ann", by: "token", scopes: ["read"] },
  "Ann, pending": { kind: "unapproved", owner: "ann", state: "pending", by: "session" },
  "a token of Ann, suspended": {
    kind: "unapproved",
    owner: "ann",
    state: "suspended",
    by: "token",
    scopes: ["read", "submit"],
  },
  "a key of Ann": { kind: "key", owner: "ann" },
  "a key of Bob": { kind: "key", owner: "bob" },
  "an administrator": { kind: "admin", owner: "root" },
  "an administrator's token for submits": {
    kind: "admin",
    owner: "root",
    by: "token",
    scopes: ["submit", "admin"],
  },
  "an operator": { kind: "operator", name: "ops" },
  "another service": { kind: "peer", name: "peer" },
  "a worker": { kind: "worker", scope: { operations: ["noop", "transform", "stage"] } },
  "a worker of another request": { kind: "worker", scope: { request: elsewhere } },
  "a finder at the port for workers": { kind: "internal" },
  "an unknown caller": { kind: "anonymous" },
  "another user of the machine": { kind: "outsider" },
};
const byName = ({ headers }: IncomingMessage) => callers[String(headers["x-caller"])] ?? local;

let api: Api;

beforeAll(async () => {
  api = await openApi({ authenticate: byName });
});

afterAll(() => api.close());

interface Case {
  method: string;
  path: string;
  access: Action;
  body?: unknown;
  /** the address itself says who calls */
  signed?: boolean;
  /** what a form sends */
  form?: string;
}

const cases: Case[] = [
  ...routes.map(({ method, path, access, body }) => ({
    method,
    path,
    access,
    body: body && exampleOf(body, { inputFolder: "/data", operations: allOperations }),
  })),
  ...[...servicexEndpoints, ...pageEndpoints].map(({ method, path, access, callerOf }) => ({
    method,
    path: path.replaceAll(/:(\w+)/g, "{$1}"),
    access,
    signed: callerOf !== undefined,
    body: path.endsWith("/file-complete") ? { "file-id": 0, status: "failure" } : {},
  })),
  ...pages.map(({ method, path, access }) => ({ method, path, access, form: "confirm=yes" })),
];

/**
 * Who may call these gets a 404 here: no request has a deployment, and this service has no task, no
 * message and no call-back.
 */
const neverFound = [
  "/servicex/transformation/{id}/deployment-status",
  "/v1/tasks/{task}/files",
  "/v1/tasks/{task}/progress",
  "/v1/work/tasks/{task}/replicas/{replica}",
  "/v1/callbacks/{operation}",
  "/requests/{id}/results/{result}",
  "/v1/notices/{notice}/again",
  "/admin/notices/{notice}/again",
];

interface Fixture {
  request: string;
  file: number;
  dataset: string;
}

/** An ended request of Ann. */
async function ended(): Promise<Fixture> {
  const { ledger } = api;
  const request = await ledger.submit(1, { owner: "ann" });
  const [task] = await ledger.claim(1, { request });
  if (!task) throw new Error("no task");
  await ledger.report(task, "success");
  const { dataset } = await ledger.ended(request);
  return { request, file: task.file, dataset: dataset.id };
}

const isOfDataset = ({ path }: Case) => /\/datasets\/\{/.test(path);
const isOfRequest = ({ path }: Case) =>
  /\/(requests|transformation(-request)?)\/+\{id\}/.test(path);

function addressOf(it: Case, { request, file, dataset }: Fixture): string {
  const attempt = { request, step: 1, file, attempt: 1 };
  const values: Record<string, string> = {
    id: isOfDataset(it) ? dataset : request,
    file: String(file),
    dataset,
    token: attemptToken(api.ledger.ctx.signingKey, attempt),
    operation: "noop",
    owner: "ann",
    task: elsewhere,
    replica: "0",
  };
  const query = it.path.includes("{replica}") ? "?worker=w" : "";
  return it.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name) + query;
}

function expected(it: Case, caller: Caller, { request }: Fixture): Decision {
  if (it.signed) return "allowed";
  // A task has files of several requests, so a token of one request is no token for tasks.
  if (it.path === "/v1/tasks/claim" && caller.kind === "worker" && caller.scope.request)
    return "forbidden";
  if (isOfRequest(it))
    return decide(caller, it.access, whoseRequest(caller, { id: request, owner: "ann" }));
  if (isOfDataset(it))
    return decide(caller, it.access, ownerOf(caller) === "ann" ? "own" : "foreign");
  return decide(caller, it.access);
}

const refusals: Record<number, Decision> = { 401: "sign_in", 403: "forbidden", 404: "not_found" };

function contentOf(it: Case, name: string, fixture: Fixture): Pick<Call, "headers" | "body"> {
  const headers = { "x-caller": name };
  if (it.method === "get") return { headers };
  const contentType = it.form ? "application/x-www-form-urlencoded" : "application/json";
  const body = { ...(it.body as object) };
  if ("file-id" in body) Object.assign(body, { "file-id": fixture.file });
  // The example waits for work, and here is none
  if ("wait_seconds" in body) Object.assign(body, { wait_seconds: 0 });
  return {
    headers: { ...headers, "content-type": contentType },
    ...(it.method !== "delete" && { body: it.form ?? JSON.stringify(body) }),
  };
}

describe.each(cases)("$method $path", (it) => {
  let fixture: Fixture;
  const changes = it.method !== "get";
  beforeAll(async () => {
    fixture = await ended();
  });

  test.each(Object.keys(callers))("called by %s", async (name) => {
    const caller = callers[name] ?? local;
    if (changes && isOfRequest(it)) fixture = await ended();
    const answer = await api.call({
      method: it.method.toUpperCase(),
      path: addressOf(it, fixture),
      ...contentOf(it, name, fixture),
    });
    const decision = refusals[answer.status] ?? "allowed";
    const wanted = expected(it, caller, fixture);
    if (neverFound.includes(it.path) && wanted === "allowed") expect(answer.status).toBe(404);
    else expect(decision, `${answer.status} ${answer.text}`).toBe(wanted);
  });
});

test("every action of the policy is the access of some route", () => {
  const asked = new Set(cases.map(({ access }) => access));
  expect([...asked].sort()).toEqual([...actions].sort());
});
