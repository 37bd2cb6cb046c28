// The tables of moves of a task of a service operation, and of each of its files.
import type { Move } from "../moves.ts";

export const taskStates = ["starting", "running", "settled", "ended"] as const;
export type TaskState = (typeof taskStates)[number];

export const taskMoves = {
  gather: { from: [], to: "starting", why: "files of its group are due" },
  start: { from: ["starting"], to: "running", why: "`start` has returned" },
  settle: {
    from: ["starting", "running"],
    to: "settled",
    why: "none of its files is open; some are held for the next step",
  },
  end: { from: ["starting", "running", "settled"], to: "ended", why: "it owes no file anything" },
} as const satisfies Record<string, Move<TaskState>>;

/** The outside service may still work on these. */
export const activeTaskStates = taskMoves.settle.from;

/** What a task owes a file; one it owes nothing has no row. */
export const taskFileStates = ["open", "held", "abort", "release"] as const;
export type TaskFileState = (typeof taskFileStates)[number];

export const taskFileMoves = {
  gather: { from: [], to: "open", why: "it is in the task" },
  hold: {
    from: ["open"],
    to: "held",
    why: "done; what the task left stays until the next step ends",
  },
  abort: { from: ["open"], to: "abort", why: "no longer wanted: canceled, ended, or deleted" },
  release: { from: ["held"], to: "release", why: "the file has left the step that needed it" },
} as const satisfies Record<string, Move<TaskFileState>>;
