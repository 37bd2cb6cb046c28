// The table of moves of a dataset, which is one version of a name's list of files.
import { type Move, sqlWords } from "../moves.ts";

export const datasetStates = ["lookup", "ready", "failed", "stale"] as const;
export type DatasetState = (typeof datasetStates)[number];

export const datasetMoves = {
  open: { from: [], to: "lookup", why: "a request names it and no version of it is current" },
  openApart: {
    from: [],
    to: "stale",
    why: "a request names it whose owner finds less than others do: no other request uses it",
  },
  keep: { from: ["lookup"], to: "ready", why: "its list is complete; later requests use it too" },
  spend: {
    from: ["lookup"],
    to: "stale",
    why: "its list is empty, incomplete or has secrets: only requests that wait for it use it",
  },
  fail: { from: ["lookup", "stale"], to: "failed", why: "its lookup failed" },
  remove: {
    from: ["lookup", "ready"],
    to: "stale",
    why: "a user deleted it, or no request waits for its lookup; requests that use it keep it",
  },
  renew: { from: ["ready"], to: "stale", why: "its finder lists it again for each request" },
  outdate: {
    from: ["ready"],
    to: "stale",
    why: "files arrived after its list was closed, or secrets of an earlier version were taken out",
  },
  retire: {
    from: ["ready"],
    to: "stale",
    why: "no request uses it; one that names it makes the list again",
  },
} as const satisfies Record<string, Move<DatasetState>>;

export type DatasetMove = keyof typeof datasetMoves;

/** Those that make a row. */
export type OpeningMove = "open" | "openApart";

/** A name has at most one version in these states, which every new request uses. */
export const currentDatasetStates: readonly DatasetState[] = datasetMoves.remove.from;
/** Versions that no new request uses; they are deleted when no request uses them any longer. */
export const pastDatasetStates = datasetStates.filter(
  (state) => !currentDatasetStates.includes(state),
);

export const datasetSql = sqlWords(datasetStates);
