// The tables of moves of a request and of its files. SQL guards, doc/states.md and the exhaustive
// test derive from them; no state is assigned anywhere else.
import { finalStates, type Move, sqlList, sqlWords } from "../moves.ts";

export { sqlList };

export const requestStates = [
  "submitted",
  "lookup",
  "running",
  "canceling",
  "complete",
  "failed",
  "canceled",
] as const;
export type RequestState = (typeof requestStates)[number];

/**
 * The values of `requests.state`. A request that is being deleted is not shown: for callers, it
 * does not exist.
 */
export const storedRequestStates = [...requestStates, "deleting"] as const;
export type StoredRequestState = (typeof storedRequestStates)[number];

export const fileStates = ["waiting", "queued", "running", "done", "failed", "canceled"] as const;
export type FileState = (typeof fileStates)[number];

export const reportStatuses = ["start", "retry", "success", "failure", "given_back"] as const;
export type ReportStatus = (typeof reportStatuses)[number];

/** Of rows of `file_status`: what workers report, and what the service records itself. */
export const historyStatuses = [
  ...reportStatuses,
  "lost",
  "gone_back",
  "redrive",
  "cancel",
] as const;
export type HistoryStatus = (typeof historyStatuses)[number];

export const requestMoves = {
  submit: { from: [], to: "submitted", why: "a user submitted it" },
  lookUp: {
    from: ["submitted"],
    to: "lookup",
    why: "the files of its dataset are being looked up",
  },
  run: {
    from: ["submitted", "lookup"],
    to: "running",
    why: "the dataset's list of files is complete",
  },
  complete: { from: ["running"], to: "complete", why: "every file is settled" },
  fail: {
    from: ["submitted", "lookup", "running"],
    to: "failed",
    why: "the service cannot do it; the reason says why",
  },
  cancel: {
    from: ["submitted", "lookup", "running"],
    to: "canceling",
    why: "its user canceled it: no file is given to a worker from here on",
  },
  endCancel: { from: ["canceling"], to: "canceled", why: "every file is settled after a cancel" },
  redrive: {
    from: ["complete", "failed"],
    to: "running",
    why: "failed files are tried again in a new round",
  },
  delete: {
    from: ["complete", "failed", "canceled"],
    to: "deleting",
    why: "its user deleted it: it is no longer shown, and its results and rows are removed",
  },
} as const satisfies Record<string, Move<StoredRequestState>>;

export const fileMoves = {
  register: { from: [], to: "waiting", why: "it is copied from the dataset's list" },
  queue: { from: ["waiting"], to: "queued", why: "its work is published, as a new attempt" },
  unqueue: {
    from: ["queued"],
    to: "waiting",
    why: "its message was lost; publishing it again costs no try",
  },
  start: { from: ["queued"], to: "running", why: "a worker has taken it" },
  reassign: {
    from: ["waiting"],
    to: "running",
    why: "it was given back too often; a worker that has not given it back has taken it",
  },
  gather: {
    from: ["queued"],
    to: "running",
    why: "it is in a task of a service operation, with files of other requests",
  },
  retry: {
    from: ["queued", "running"],
    to: "waiting",
    why: "the attempt failed and may be repeated",
  },
  giveBack: {
    from: ["queued", "running"],
    to: "waiting",
    why: "its worker cannot process it; this costs no try",
  },
  lose: { from: ["running"], to: "waiting", why: "its worker no longer renews the lease" },
  pass: {
    from: ["queued", "running"],
    to: "waiting",
    why: "done in this step; it waits in the next one",
  },
  succeed: { from: ["queued", "running"], to: "done", why: "done in the last step" },
  goBack: {
    from: ["queued", "running"],
    to: "waiting",
    why: "what an earlier step made no longer exists; it waits in that step again",
  },
  fail: {
    from: ["waiting", "queued", "running"],
    to: "failed",
    why: "no try is left, or the request is ended early",
  },
  cancel: {
    from: ["waiting", "queued", "running"],
    to: "canceled",
    why: "the request was canceled, or this file alone",
  },
  redrive: {
    from: ["failed"],
    to: "waiting",
    why:
      "it is tried again in a new round, in the step where it failed, or in the first one if " +
      "its results have expired, or in the one whose results the store has lost",
  },
} as const satisfies Record<string, Move<FileState>>;

/**
 * `requests.ending`: why the service ends an open request before its files are done. Its open files
 * fail in chunks; then the request itself moves. "none" is null in the table.
 */
export const endingStates = ["none", "failed", "deadline", "stopped"] as const;
export type EndingState = (typeof endingStates)[number];
export type Ending = Exclude<EndingState, "none">;

export const endingMoves = {
  fail: { from: ["none"], to: "failed", why: "the service cannot do it; the reason says why" },
  expire: { from: ["none"], to: "deadline", why: "its deadline has passed" },
  stop: { from: ["none"], to: "stopped", why: "more of its files failed than its user allows" },
  redrive: {
    from: ["failed", "deadline", "stopped"],
    to: "none",
    why: "the next round has not been ended",
  },
} as const satisfies Record<string, Move<EndingState>>;

export type EndingMove = keyof typeof endingMoves;
export type RequestMove = keyof typeof requestMoves;
export type FileMove = keyof typeof fileMoves;

/** Final states are those that no move leaves, except `redrive` and `delete`. */
export const finalRequestStates = finalStates(requestStates, requestMoves, ["redrive", "delete"]);
export const openRequestStates = requestStates.filter(
  (state) => !finalRequestStates.includes(state),
);
export const finalFileStates = finalStates(fileStates, fileMoves, ["redrive"]);
export const openFileStates = fileStates.filter((state) => !finalFileStates.includes(state));

export function isFinal(state: StoredRequestState): boolean {
  return state !== requestMoves.delete.to && finalRequestStates.includes(state);
}

/** States in which a request may be ended early, by its user or by the service. */
export const stoppableStates: readonly RequestState[] = requestMoves.cancel.from;

/** States in which files are published and given to workers, unless an end has begun. */
export const dispatchStates = ["lookup", "running"] as const satisfies RequestState[];

/** The same as a condition in SQL on a row of `requests`. */
export function acceptsWork(request: string): string {
  return `${request}.state IN (${sqlList(dispatchStates)}) AND ${request}.ending IS NULL`;
}

export const requestSql = sqlWords(storedRequestStates);
export const fileSql = sqlWords(fileStates);
export const historySql = sqlWords(historyStatuses);
