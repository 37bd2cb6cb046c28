// The only table of who may do what. The rim checks it when a call arrives; use cases check again
// once they know who owns the thing.
import { type Caller, type CallerKind, ownerOf } from "../auth/caller.ts";
import { RequestError } from "../errors.ts";

/**
 * `own`: things of the caller. `any`: things of all users. A kind of caller that is not listed may
 * not do it.
 */
type Reach = "own" | "any";

interface Rule {
  /** completes "may not …" */
  what: string;
  may: Partial<Record<CallerKind, Reach>>;
}

const owners = { local: "any", admin: "any", user: "own", key: "own" } as const;
const everyone = {
  ...owners,
  user: "any",
  key: "any",
  operator: "any",
  peer: "any",
  worker: "any",
  anonymous: "any",
} as const;

const rules = {
  "service.health": {
    what: "ask whether this service is alive",
    may: { ...everyone, outsider: "any" },
  },
  "service.read": { what: "read what this service offers", may: everyone },
  "service.measure": {
    what: "read the metrics of this service",
    may: { local: "any", admin: "any", operator: "any" },
  },
  "limits.read": {
    what: "read the limits and shares of all users",
    may: { local: "any", admin: "any", operator: "any" },
  },
  "limits.change": { what: "change limits and shares", may: { local: "any", admin: "any" } },
  "request.submit": {
    what: "submit requests",
    may: { local: "own", admin: "own", user: "own", key: "own" },
  },
  "request.read": { what: "read requests", may: { ...owners, operator: "any" } },
  /** cancel, redrive, revoke its keys */
  "request.change": { what: "change requests", may: owners },
  "request.delete": { what: "delete requests", may: owners },
  "receipt.read": { what: "read receipts", may: { ...owners, operator: "any" } },
  /** a dataset belongs to a user while one of their requests uses it */
  "dataset.read": { what: "read datasets", may: { ...owners, operator: "any" } },
  "dataset.delete": { what: "delete datasets", may: owners },
  /** claim, renew and report files; a worker owns those that its token allows */
  work: { what: "claim or report work", may: { local: "any", worker: "own" } },
  /** claim tasks of service operations and report them; a worker's token may name the operations */
  tasks: { what: "claim or report tasks", may: { local: "any", worker: "any" } },
  /** an outside service calls back; the operation verifies the call itself */
  "tasks.wake": { what: "call back an operation", may: { ...everyone, outsider: "any" } },
  /**
   * Calls of an outside finder about the dataset that it looks up. Finders have no credentials:
   * with identity off each of them, on any host, is the local caller.
   */
  "lookup.report": {
    what: "report the files of a dataset",
    may: { local: "any", admin: "any", peer: "any" },
  },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof rules;
export const actions = Object.keys(rules) as Action[];

/** What callers without a credential are told to send. */
const credentials: Partial<Record<CallerKind, string>> = {
  anonymous: "Sign in, or send a token: this call needs one.",
  outsider:
    "This service is for the user who started it. Any other needs its token, which is in the " +
    "file local-token of DATA_DIR: send it as `Authorization: Bearer <token>`, or open the link " +
    "in local-link.",
};

export type Whose = "own" | "foreign";
export type Decision = "allowed" | "sign_in" | "forbidden" | "not_found";

/** Without `whose`: whether the caller may do it to anything at all. */
export function decide(caller: Caller, action: Action, whose: Whose = "own"): Decision {
  const reach = reachOf(caller, action);
  if (reach === undefined) return caller.kind in credentials ? "sign_in" : "forbidden";
  return reach === "any" || whose === "own" ? "allowed" : "not_found";
}

/** The owner to whose things lists are limited; undefined: no limit. */
export function onlyOf(caller: Caller, action: Action): string | undefined {
  return reachOf(caller, action) === "any" ? undefined : (ownerOf(caller) ?? "");
}

export function whoseRequest(caller: Caller, { id, owner }: { id: string; owner: string }): Whose {
  if (caller.kind === "worker") return (caller.scope.request ?? id) === id ? "own" : "foreign";
  return ownerOf(caller) === owner ? "own" : "foreign";
}

/** Throws 401 or 403 if the caller may not do this to anything. */
export function assertMay(caller: Caller, action: Action): void {
  const decision = decide(caller, action);
  if (decision === "sign_in")
    throw new RequestError(401, "unauthorized", credentials[caller.kind] ?? "");
  if (decision !== "allowed")
    throw new RequestError(
      403,
      "forbidden",
      `The caller (${caller.kind}) may not ${rules[action].what}.`,
    );
}

/** If it is false, answer 404, so that callers do not learn which ids of others exist. */
export function mayOn(
  caller: Caller,
  action: Action,
  request: { id: string; owner: string },
): boolean {
  return decide(caller, action, whoseRequest(caller, request)) === "allowed";
}

function reachOf(caller: Caller, action: Action): Reach | undefined {
  const rule: Rule = rules[action];
  return rule.may[caller.kind];
}
