// Every route and every façade endpoint, called by every kind of caller: what users/policy.ts says
// is what happens.
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, local, ownerOf } from "../../src/auth/caller.ts";
import { operations } from "../../src/s3/operations.ts";
import { actions, type Decision, decide, whoseRequest } from "../../src/users/policy.ts";
import { type Api, openApi } from "../support/api.ts";
import {
  addressOf,
  type Case,
  cases,
  contentOf,
  elsewhere,
  ended,
  type Fixture,
  isOfDataset,
  isOfRequest,
  neverFound,
  refusals,
  withFacades,
} from "./every-call.ts";

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
  "a caller without a name, of an account that Ann has too": {
    ...{ kind: "anonymous", owner: "ann", facade: "servicex", callsAMinute: 1_000 },
  },
  "another user of the machine": { kind: "outsider" },
};
const byName = ({ headers }: IncomingMessage) => callers[String(headers["x-caller"])] ?? local;

let api: Api;

beforeAll(async () => {
  api = await openApi({ authenticate: byName, env: withFacades });
});

afterAll(() => api.close());

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

describe.each(cases)("$method $path", (it) => {
  let fixture: Fixture;
  /** Whoever was refused has changed nothing. */
  let isChanged = false;
  const changes = it.method !== "get";
  beforeAll(async () => {
    fixture = await ended(api.ledger, "ann");
  });

  test.each(Object.keys(callers))("called by %s", async (name) => {
    const caller = callers[name] ?? local;
    if (isChanged && isOfRequest(it)) fixture = await ended(api.ledger, "ann");
    const answer = await api.call({
      method: it.method.toUpperCase(),
      path: addressOf(it, fixture, api.ledger),
      ...contentOf(it, { "x-caller": name }, fixture),
    });
    const decision = refusals[answer.status] ?? "allowed";
    isChanged = changes && decision === "allowed";
    const wanted = expected(it, caller, fixture);
    if (neverFound.includes(it.path) && wanted === "allowed") expect(answer.status).toBe(404);
    else expect(decision, `${answer.status} ${answer.text}`).toBe(wanted);
  });
});

test("every action of the policy is the access of some route, or of what is done by S3", () => {
  const asked = new Set([...cases, ...operations].map(({ access }) => access));
  expect([...asked].sort()).toEqual([...actions].sort());
});
