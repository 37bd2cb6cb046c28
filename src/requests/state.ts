// The one table of moves. The SQL guards, doc/states.md and the exhaustive test derive from it; no state is assigned elsewhere.

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

export const fileStates = ["waiting", "queued", "running", "done", "failed", "canceled"] as const;
export type FileState = (typeof fileStates)[number];

export const reportStatuses = ["start", "retry", "success", "failure"] as const;
export type ReportStatus = (typeof reportStatuses)[number];

/** Rows of `file_status`: what workers report, and what the service writes itself. */
export const historyStatuses = [...reportStatuses, "lost", "redrive", "cancel"] as const;
export type HistoryStatus = (typeof historyStatuses)[number];

interface Move<State extends string> {
  from: readonly State[];
  to: State;
  why: string;
}

export const requestMoves = {
  submit: { from: [], to: "submitted", why: "its user asked for it" },
  lookUp: { from: ["submitted"], to: "lookup", why: "the dataset's files are still being found" },
  run: {
    from: ["submitted", "lookup"],
    to: "running",
    why: "the dataset's list of files is closed",
  },
  complete: { from: ["running"], to: "complete", why: "every file is settled" },
  fail: {
    from: ["submitted", "lookup", "running"],
    to: "failed",
    why: "the service could not do it; the reason says why",
  },
  cancel: {
    from: ["submitted", "lookup", "running"],
    to: "canceling",
    why: "its user said stop: nothing is given out from here on",
  },
  endCancel: { from: ["canceling"], to: "canceled", why: "every file is settled after a cancel" },
  redrive: {
    from: ["complete", "failed"],
    to: "running",
    why: "failed files are tried again, in a new round",
  },
} as const satisfies Record<string, Move<RequestState>>;

export const fileMoves = {
  register: { from: [], to: "waiting", why: "the dataset's file becomes one of the request" },
  queue: { from: ["waiting"], to: "queued", why: "its work is published: a new attempt" },
  unqueue: {
    from: ["queued"],
    to: "waiting",
    why: "its message is gone: published again, which costs no try",
  },
  start: { from: ["queued"], to: "running", why: "a worker has it" },
  retry: {
    from: ["queued", "running"],
    to: "waiting",
    why: "the attempt failed and another is worth it",
  },
  lose: { from: ["running"], to: "waiting", why: "its worker fell silent" },
  pass: {
    from: ["queued", "running"],
    to: "waiting",
    why: "done in this step, waiting in the next",
  },
  succeed: { from: ["queued", "running"], to: "done", why: "done in the last step" },
  goBack: {
    from: ["queued", "running"],
    to: "waiting",
    why: "what an earlier step made is gone: waiting there again",
  },
  fail: {
    from: ["waiting", "queued", "running"],
    to: "failed",
    why: "no further try, or the request was stopped",
  },
  cancel: {
    from: ["waiting", "queued", "running"],
    to: "canceled",
    why: "the request was canceled",
  },
  redrive: {
    from: ["failed"],
    to: "waiting",
    why: "tried again in a new round, from the step where it failed",
  },
} as const satisfies Record<string, Move<FileState>>;

export type RequestMove = keyof typeof requestMoves;
export type FileMove = keyof typeof fileMoves;

function leaves<State extends string>(
  moves: Record<string, Move<State>>,
  state: State,
  but: string,
): boolean {
  return Object.entries(moves).some(([name, move]) => name !== but && move.from.includes(state));
}

/** Terminal states are those that no move leaves, but for `redrive`. */
export const finalRequestStates = requestStates.filter(
  (state) => !leaves<RequestState>(requestMoves, state, "redrive"),
);
export const openRequestStates = requestStates.filter(
  (state) => !finalRequestStates.includes(state),
);
export const finalFileStates = fileStates.filter(
  (state) => !leaves<FileState>(fileMoves, state, "redrive"),
);
export const openFileStates = fileStates.filter((state) => !finalFileStates.includes(state));

export function isFinal(state: RequestState): boolean {
  return finalRequestStates.includes(state);
}

/** The request's files are published and given to workers, unless an end has begun (`ending`). */
export const dispatchStates = ["lookup", "running"] as const satisfies RequestState[];

/** The same as an SQL condition on a row of `requests`. */
export function acceptsWork(request: string): string {
  return `${request}.state IN (${sqlList(dispatchStates)}) AND ${request}.ending IS NULL`;
}

/** A list of state words as an SQL list, for a guard: `state IN (${sqlList(fileMoves.start.from)})`. */
export function sqlList(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}
