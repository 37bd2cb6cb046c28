// The table of moves of an operation's `finish` for a round of a request.
import type { Move } from "../../moves.ts";

export const finishStates = ["waiting", "done", "failed"] as const;
export type FinishState = (typeof finishStates)[number];

export const finishMoves = {
  open: { from: [], to: "waiting", why: "every file is settled" },
  succeed: { from: ["waiting"], to: "done", why: "its results are recorded" },
  fail: { from: ["waiting"], to: "failed", why: "the request fails with its reason" },
} as const satisfies Record<string, Move<FinishState>>;
