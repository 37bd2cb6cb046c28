// The only table of who may do what. The rim checks it when a call arrives; use cases check again
// once they know who owns the thing.
import { type Caller, type CallerKind, hasScope, ownerOf, type Scope } from "../auth/caller.ts";
import { RequestError } from "../errors.ts";

/**
 * `own`: things of the caller. `any`: things of all users. A kind of caller that is not listed may
 * not do it.
 */
type Reach = "own" | "any";

interface Rule {
  /** completes "may not …" */
  what: string;
  /** what a token needs for it, which is limited to some scopes; none: any token will do */
  scope: Scope | "none";
  may: Partial<Record<CallerKind, Reach>>;
}

const owners = { local: "any", admin: "any", user: "own", key: "own" } as const;
const administrators = { local: "any", admin: "any" } as const;
const everyone = {
  ...owners,
  user: "any",
  key: "any",
  operator: "any",
  peer: "any",
  worker: "any",
  internal: "any",
  unapproved: "any",
  anonymous: "any",
} as const;

const rules = {
  "service.health": {
    what: "ask whether this service is alive",
    scope: "none",
    may: { ...everyone, outsider: "any" },
  },
  "service.read": { what: "read what this service offers", scope: "none", may: everyone },
  "service.measure": {
    what: "read the metrics of this service",
    scope: "read",
    may: { local: "any", admin: "any", operator: "any" },
  },
  "limits.read": {
    what: "read the limits and shares of all users",
    scope: "read",
    may: { local: "any", admin: "any", operator: "any" },
  },
  "limits.change": { what: "change limits and shares", scope: "admin", may: administrators },
  "request.submit": {
    what: "submit requests",
    scope: "submit",
    may: { local: "own", admin: "own", user: "own", key: "own", anonymous: "own" },
  },
  "request.read": {
    what: "read requests",
    scope: "read",
    may: { ...owners, operator: "any", anonymous: "own" },
  },
  /** cancel, redrive, revoke its keys */
  "request.change": { what: "change requests", scope: "submit", may: owners },
  "request.delete": { what: "delete requests", scope: "submit", may: owners },
  /** with the S3 keys that are made for one request */
  "object.read": { what: "read objects", scope: "none", may: { reader: "own", writer: "own" } },
  "object.write": { what: "write objects", scope: "none", may: { writer: "own" } },
  "receipt.read": { what: "read receipts", scope: "read", may: { ...owners, operator: "any" } },
  /** a dataset belongs to a user while one of their requests uses it */
  "dataset.read": { what: "read datasets", scope: "read", may: { ...owners, operator: "any" } },
  "dataset.delete": { what: "delete datasets", scope: "submit", may: owners },
  /** claim, renew and report files; a worker owns those that its token allows */
  work: { what: "claim or report work", scope: "none", may: { local: "any", worker: "own" } },
  /** claim tasks of service operations and report them; a worker's token may name the operations */
  tasks: { what: "claim or report tasks", scope: "none", may: { local: "any", worker: "any" } },
  /** an outside service calls back; the operation verifies the call itself */
  "tasks.wake": {
    what: "call back an operation",
    scope: "none",
    may: { ...everyone, outsider: "any" },
  },
  /** the credential that such a call has is its own matter, and no caller's */
  "session.begin": {
    what: "get a credential",
    scope: "none",
    may: { ...owners, user: "any", key: "any", unapproved: "any", anonymous: "any" },
  },
  /** also of a session that has ended already */
  "session.end": {
    what: "sign out",
    scope: "none",
    may: { local: "any", admin: "any", user: "any", unapproved: "any", anonymous: "any" },
  },
  /** one's own account, however it stands */
  "account.read": {
    what: "read accounts",
    scope: "read",
    may: { local: "any", admin: "any", user: "own", unapproved: "own" },
  },
  "account.change": {
    what: "fill in a profile",
    scope: "submit",
    may: { local: "any", admin: "any", user: "own", unapproved: "own" },
  },
  "key.read": { what: "list keys", scope: "admin", may: administrators },
  "key.change": { what: "make or revoke keys", scope: "admin", may: administrators },
  /** which façades take callers without a name, and how much of them */
  "facade.read": { what: "list façades", scope: "admin", may: administrators },
  "facade.change": { what: "open or close façades", scope: "admin", may: administrators },
  "worker.admit": { what: "admit workers", scope: "admin", may: administrators },
  /** by a person in a browser */
  "device.approve": {
    what: "let a program have a token",
    scope: "none",
    may: { local: "any", admin: "own", user: "own" },
  },
  "token.read": {
    what: "list API tokens",
    scope: "read",
    may: { local: "any", admin: "any", user: "own" },
  },
  "token.change": {
    what: "make, replace or revoke API tokens",
    scope: "submit",
    may: { local: "any", admin: "any", user: "own" },
  },
  "user.read": { what: "list accounts", scope: "admin", may: administrators },
  /** approve, reject, suspend, restore, make an administrator */
  "user.change": { what: "decide on accounts", scope: "admin", may: administrators },
  "user.delete": { what: "delete accounts", scope: "admin", may: administrators },
  "act.read": { what: "read what administrators did", scope: "admin", may: administrators },
  /** messages to people and to Slack, with what kept them from being sent */
  "notice.read": { what: "list messages to people", scope: "admin", may: administrators },
  "notice.change": { what: "have messages sent again", scope: "admin", may: administrators },
  /** a button at Slack; the call and whoever pressed it are verified by what Slack signs */
  "slack.interact": {
    what: "call as Slack",
    scope: "none",
    may: { ...everyone, outsider: "any" },
  },
  "group.read": {
    what: "read groups and what is bound to them",
    scope: "admin",
    may: { local: "any", admin: "any" },
  },
  "group.change": {
    what: "change groups and what is bound to them",
    scope: "admin",
    may: { local: "any", admin: "any" },
  },
  /**
   * Calls of an outside finder about the dataset that it looks up. Finders have no credentials:
   * they call at INTERNAL_PORT; with identity off each of them, on any host, is the local caller.
   */
  "lookup.report": {
    what: "report the files of a dataset",
    scope: "admin",
    may: { local: "any", admin: "any", peer: "any", internal: "any" },
  },
  /** a file, by a sidecar or transformer of ServiceX at an address that signs nothing */
  "report.plain": {
    what: "report files without a signed address",
    scope: "none",
    may: { local: "any", worker: "own", internal: "any" },
  },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof rules;
export const actions = Object.keys(rules) as Action[];

/** What a caller is told who would be allowed with another credential, or later. */
function missing(caller: Caller): string | undefined {
  if (caller.kind === "anonymous") return "Sign in, or send a token: this call needs one.";
  if (caller.kind === "unapproved") return accountSentences[caller.state];
  if (caller.kind === "internal")
    return "Send a worker's token: this call needs one, also at the port for workers.";
  if (caller.kind !== "outsider") return undefined;
  return (
    "This service is for the user who started it. Any other needs its token, which is in the " +
    "file local-token of DATA_DIR: send it as `Authorization: Bearer <token>`, or open the link " +
    "in local-link."
  );
}

/** ServiceX's clients show the second to their users. */
const accountSentences = {
  new:
    "Not Authorized: Your account has no profile yet. Please sign in on the website and fill it " +
    "in.",
  pending:
    "Not Authorized: Your account is still pending. An administrator should approve it shortly. " +
    "If not, please contact the administrators.",
  rejected: "Not Authorized: Your account was not approved.",
  suspended: "Not Authorized: Your account is suspended. Please contact the administrators.",
} as const;

export type Whose = "own" | "foreign";
export type Decision = "allowed" | "sign_in" | "forbidden" | "not_found";

/** Without `whose`: whether the caller may do it to anything at all. */
export function decide(caller: Caller, action: Action, whose: Whose = "own"): Decision {
  const reach = reachOf(caller, action);
  if (reach === undefined) return missing(caller) === undefined ? "forbidden" : "sign_in";
  if (lacksScope(caller, action)) return "forbidden";
  return reach === "any" || whose === "own" ? "allowed" : "not_found";
}

/** The owner to whose things lists are limited; undefined: no limit. */
export function onlyOf(caller: Caller, action: Action): string | undefined {
  return reachOf(caller, action) === "any" ? undefined : (ownerOf(caller) ?? "");
}

export function whoseRequest(caller: Caller, { id, owner }: { id: string; owner: string }): Whose {
  if (caller.kind === "worker") return (caller.scope.request ?? id) === id ? "own" : "foreign";
  if ("request" in caller) return caller.request === id ? "own" : "foreign";
  return ownerOf(caller) === owner ? "own" : "foreign";
}

/** Throws 401 or 403 if the caller may not do this to anything. */
export function assertMay(caller: Caller, action: Action): void {
  const decision = decide(caller, action);
  if (decision === "allowed") return;
  if (decision === "sign_in") throw new RequestError(401, codeOf(caller), missing(caller) ?? "");
  throw new RequestError(403, "forbidden", reasonOf(caller, action));
}

function codeOf(caller: Caller): string {
  if (caller.kind === "unapproved") return `account_${caller.state}`;
  return caller.kind === "outsider" ? "outsider" : "unauthorized";
}

function reasonOf(caller: Caller, action: Action): string {
  const { what, scope }: Rule = rules[action];
  if (reachOf(caller, action) !== undefined && lacksScope(caller, action))
    return (
      `The token has not the scope ${scope}, which it needs to ${what}; ` +
      `it has ${scopesOf(caller)?.join(", ") || "none"}.`
    );
  return `The caller (${caller.kind}) may not ${what}.`;
}

function lacksScope(caller: Caller, action: Action): boolean {
  const { scope }: Rule = rules[action];
  return scope !== "none" && !hasScope(scopesOf(caller), scope);
}

function scopesOf(caller: Caller): readonly Scope[] | undefined {
  return "scopes" in caller ? caller.scopes : undefined;
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
  const reach = rule.may[caller.kind];
  // Callers without a name own what they make at a façade that takes them, and nothing elsewhere.
  const isNobody = caller.kind === "anonymous" && ownerOf(caller) === undefined;
  return isNobody && reach === "own" ? undefined : reach;
}
