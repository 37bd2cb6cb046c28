// Who makes a call. The rim creates the caller (authenticate.ts) and passes it to every use case;
// users/policy.ts decides what it may do.

export type Caller =
  /** identity is off: the user who started the service, who may do everything */
  | { kind: "local"; owner: string }
  | { kind: "user"; owner: string }
  | { kind: "admin"; owner: string }
  /** a key issued by a user or an administrator; what it creates belongs to `owner` */
  | { kind: "key"; owner: string }
  | { kind: "operator"; name: string }
  /** another service */
  | { kind: "peer"; name: string }
  | { kind: "worker"; scope: WorkScope }
  /** identity is on: nobody signed in */
  | { kind: "anonymous" }
  /** identity is off: another user of this machine, without the token */
  | { kind: "outsider" };

export type CallerKind = Caller["kind"];

/** What a worker may claim and report. */
export interface WorkScope {
  /** undefined: every operation */
  operations?: readonly string[] | undefined;
  /** undefined: files of every request */
  request?: string | undefined;
}

export const local: Caller = { kind: "local", owner: "local" };

/** The owner of requests that a caller makes; undefined for callers that make none. */
export function ownerOf(caller: Caller): string | undefined {
  return "owner" in caller ? caller.owner : undefined;
}
