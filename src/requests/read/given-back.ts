import { namesOf, reasonSentence, whatHelps } from "../given-back-words.ts";
import { fileMoves } from "../state.ts";
import type { GivenBackView } from "../views.ts";
import type { FileRow } from "./files-store.ts";

/** Who gave the file back in its step, why, and what comes next; null if nobody did. */
export function givenBackOf(request: string, row: FileRow): GivenBackView | null {
  if (!row.given_back_by || !row.given_back_at) return null;
  const workers = [...new Set(row.given_back_by)];
  const times = row.given_back_by.length;
  const often = times === 1 ? "once" : `${times} times`;
  const by = `It was given back ${often}, by ${namesOf(workers)}.`;
  return {
    workers,
    times,
    since: row.given_back_at.toISOString(),
    reason: row.give_back_reason,
    withheld: row.withheld,
    sentence: `${by}${reasonSentence(row.give_back_reason)}${nextOf(request, row)}`,
  };
}

function nextOf(request: string, { state, withheld, file }: FileRow): string {
  if (state !== fileMoves.giveBack.to) return "";
  if (!withheld) return " It is tried again.";
  return ` It waits for a worker that has not given it back.${whatHelps(request, file)}`;
}
