// Who makes a call. The rim makes one caller for each call (authenticate.ts), and every use case
// takes it; users/policy.ts says what it may do.

export type Caller =
  /** identity is off: the one person at this machine, who may do everything */
  | { kind: "local"; owner: string }
  | { kind: "user"; owner: string }
  | { kind: "admin"; owner: string }
  /** a key that a user or an administrator gave out; what it makes belongs to `owner` */
  | { kind: "key"; owner: string }
  | { kind: "operator"; name: string }
  /** another service that works with this one */
  | { kind: "peer"; name: string }
  | { kind: "worker"; scope: WorkScope }
  | { kind: "anonymous" };

export type CallerKind = Caller["kind"];

/** What a worker may claim and report. */
export interface WorkScope {
  /** undefined: every operation */
  operations?: readonly string[] | undefined;
  /** undefined: files of every request */
  request?: string | undefined;
}

export const local: Caller = { kind: "local", owner: "local" };

/** Under whose name a caller makes requests; undefined for those that make none. */
export function ownerOf(caller: Caller): string | undefined {
  return "owner" in caller ? caller.owner : undefined;
}
