// The states of a task of a service operation, and of each of its files. Statements take their
// words here.

export const taskStates = ["starting", "running", "settled", "ended"] as const;
export type TaskState = (typeof taskStates)[number];

export const taskMoves = {
  start: { from: ["starting"], to: "running", why: "`start` has returned" },
  settle: {
    from: ["starting", "running"],
    to: "settled",
    why: "none of its files is open; some are held for the next step",
  },
  end: { from: ["starting", "running", "settled"], to: "ended", why: "it owes no file anything" },
} as const satisfies Record<string, { from: readonly TaskState[]; to: TaskState; why: string }>;

/** The outside service may still work on these. */
export const activeTaskStates = taskMoves.settle.from;

/** What a task owes a file; one it owes nothing has no row. */
export const taskFileStates = ["open", "held", "abort", "release"] as const;
export type TaskFileState = (typeof taskFileStates)[number];

export const taskFileMoves = {
  hold: {
    from: "open",
    to: "held",
    why: "done; what the task left stays until the next step ends",
  },
  abort: { from: "open", to: "abort", why: "no longer wanted: canceled, ended, or deleted" },
  release: { from: "held", to: "release", why: "the file has left the step that needed it" },
} as const satisfies Record<string, { from: TaskFileState; to: TaskFileState; why: string }>;
