import type { DatasetState } from "./state.ts";

export const failedOutcomes = ["does_not_exist", "bad_name", "internal_failure"] as const;
export const datasetOutcomes = ["found", "empty", ...failedOutcomes] as const;
export type DatasetOutcome = (typeof datasetOutcomes)[number];

/** The outcome of a lookup. */
export interface LookupEnd {
  outcome: Exclude<DatasetOutcome, "empty">;
  /** why it failed, why files may be missing or there are none, or what was left out */
  reason?: string | undefined;
  /** files may be missing; `reason` says why */
  incomplete?: boolean | undefined;
  /** how many files the finder says it has found */
  announced?: number | undefined;
}

export interface DatasetEnd {
  state: Exclude<DatasetState, "lookup">;
  outcome: DatasetOutcome;
  reason: string | null;
  incomplete: boolean;
}

/**
 * Only a complete list without secrets is used again (`ready`): secrets are those of one request,
 * and expire. Any other is used by the requests that wait for it, and the next request looks it up
 * again.
 */
export function datasetEndOf(closing: LookupEnd, files: number, hasSecrets: boolean): DatasetEnd {
  const { outcome, announced } = closing;
  if (outcome !== "found")
    return { state: "failed", outcome, reason: closing.reason ?? outcome, incomplete: files > 0 };
  const missing =
    announced !== undefined && announced !== files
      ? `The finder announced ${announced} files, and ${files} arrived.`
      : undefined;
  const why = closing.incomplete ? (closing.reason ?? "The finder stopped early.") : missing;
  if (files === 0 && why)
    return { state: "failed", outcome: "internal_failure", reason: why, incomplete: true };
  if (files === 0)
    return { state: "stale", outcome: "empty", reason: closing.reason ?? null, incomplete: false };
  if (why) return { state: "stale", outcome: "found", reason: why, incomplete: true };
  const state = hasSecrets ? "stale" : "ready";
  return { state, outcome: "found", reason: closing.reason ?? null, incomplete: false };
}

type EndedLookup = { outcome: "internal_failure"; reason: string };

/** The end of a lookup that reached a limit: the sentence names its setting. */
export function lookupEnded(why: string): EndedLookup {
  return { outcome: "internal_failure", reason: `The lookup was ended: ${why}.` };
}

export function lookupTooLong(seconds: number): EndedLookup {
  return lookupEnded(`it took longer than ${seconds} seconds (FINDER_SECONDS)`);
}
