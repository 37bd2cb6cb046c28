// Who makes a call. The rim creates the caller (authenticate.ts) and passes it to every use case;
// users/policy.ts decides what it may do.

import type { UserState } from "../users/state.ts";

export type Caller =
  /** identity is off: the user who started the service, who may do everything */
  | { kind: "local"; owner: string }
  | ({ kind: "user"; owner: string } & Partial<Signed>)
  | ({ kind: "admin"; owner: string } & Partial<Signed>)
  /** has an account that is not approved, or not any longer */
  | ({ kind: "unapproved"; owner: string; state: UnapprovedState } & Signed)
  /** a key issued by a user or an administrator; what it creates belongs to `owner` */
  | { kind: "key"; owner: string }
  | { kind: "operator"; name: string }
  /** another service */
  | { kind: "peer"; name: string }
  | { kind: "worker"; scope: WorkScope }
  /** the holder of a read key or a write key of one request, for S3 */
  | { kind: "reader"; request: string }
  | { kind: "writer"; request: string }
  /** identity is on: a finder, generator or sidecar without a credential, at INTERNAL_PORT */
  | { kind: "internal" }
  /** identity is on: nobody signed in */
  | { kind: "anonymous" }
  /** the same, where a façade takes such callers: all of them share one account */
  | { kind: "anonymous"; owner: string; facade: Facade; callsAMinute: number }
  /** identity is off: another user of this machine, without the token */
  | { kind: "outsider" };

export type CallerKind = Caller["kind"];

/** Façades that may take callers without a name: each by itself, and by default none. */
export const facades = ["servicex", "isimip"] as const;
export type Facade = (typeof facades)[number];

/** How a person shows who they are. */
export interface Signed {
  by: "session" | "token";
  /** what a token is limited to; undefined: nothing */
  scopes?: readonly Scope[] | undefined;
  /** the API token that stands behind the call */
  token?: string | undefined;
  /** the id of the session in a browser, by which nobody gets in: the cookie's hash */
  session?: string | undefined;
  /** where the call comes from */
  address?: string | undefined;
}

/** `read`: look at what is there. `submit`: change one's own. `admin`: what administrators may. */
export const scopes = ["read", "submit", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** Who may change a thing may look at it. `held`: undefined for callers without a limit. */
export function hasScope(held: readonly Scope[] | undefined, wanted: Scope): boolean {
  if (held === undefined || held.includes(wanted)) return true;
  return wanted === "read" && held.includes("submit");
}

export type UnapprovedState = Exclude<UserState, "approved" | "deleted">;

/** What a worker may claim and report. */
export interface WorkScope {
  /** undefined: every operation */
  operations?: readonly string[] | undefined;
  /** undefined: files of every request */
  request?: string | undefined;
}

export const local: Caller = { kind: "local", owner: "local" };

/** The session of a person with a browser; undefined for programs. */
export function sessionOf(caller: Caller): string | undefined {
  return "session" in caller ? caller.session : undefined;
}

/** The owner of requests that a caller makes; undefined for callers that make none. */
export function ownerOf(caller: Caller): string | undefined {
  return "owner" in caller ? caller.owner : undefined;
}
