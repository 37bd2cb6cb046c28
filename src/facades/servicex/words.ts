// Our words → ServiceX's. Every map is total: clients parse these as enums and reject a whole
// answer at any other.
import type { DatasetOutcome } from "../../datasets/lookup-end.ts";
import type { RequestState } from "../../requests/state.ts";

export const statuses = [
  "Submitted",
  "Lookup",
  "Pending Lookup",
  "Running",
  "Complete",
  "Fatal",
  "Canceled",
] as const;
export type Status = (typeof statuses)[number];

export interface StatusInput {
  state: RequestState;
  /** this request's lookup, not one that another began */
  beganLookup: boolean;
}

export function statusOf(input: StatusInput): Status {
  return byState[input.state](input);
}

const byState: Record<RequestState, (input: StatusInput) => Status> = {
  submitted: () => "Submitted",
  lookup: ({ beganLookup }) => (beganLookup ? "Lookup" : "Pending Lookup"),
  running: () => "Running",
  canceling: () => "Canceled",
  canceled: () => "Canceled",
  complete: () => "Complete",
  // Never `Bad Dataset`, whatever failed: clients before 3.3.0 reject an answer that has it
  failed: () => "Fatal",
};

/** States that requests of a status can have; not every request in them has that status. */
export function statesOf(status: Status): RequestState[] {
  return statesByStatus[status];
}

const statesByStatus: Record<Status, RequestState[]> = {
  Submitted: ["submitted"],
  Lookup: ["lookup"],
  "Pending Lookup": ["lookup"],
  Running: ["running"],
  Complete: ["complete"],
  Fatal: ["failed"],
  Canceled: ["canceling", "canceled"],
};

export type LookupStatus =
  | "created"
  | "looking"
  | "complete"
  | "does_not_exist"
  | "bad_name"
  | "internal_failure";

export function lookupStatusOf(outcome: DatasetOutcome | null): LookupStatus {
  return outcome === null ? "looking" : byOutcome[outcome];
}

const byOutcome: Record<DatasetOutcome, LookupStatus> = {
  found: "complete",
  empty: "complete",
  does_not_exist: "does_not_exist",
  bad_name: "bad_name",
  internal_failure: "internal_failure",
};

export const resultFormats = ["parquet", "root-file", "root-rntuple", "arrow"] as const;
export type ResultFormat = (typeof resultFormats)[number];

export const resultDestinations = ["object-store", "volume"] as const;
export type ResultDestination = (typeof resultDestinations)[number];
