// How a file goes back to the step before: by the outcome of a task, or by a worker's report.
import type { FileColumn, MoveCase } from "./file-move.ts";
import { historySql } from "./state.ts";

/** How often the file has gone back in this round, of `requests r` and `request_files f`. */
export const timesBack = `(SELECT count(*) FROM file_status h WHERE h.request_created = r.created_on
       AND h.request_id = f.request_id AND h.file_id = f.file_id AND h.round = r.round
       AND h.status = ${historySql.gone_back})`;

/** The latest attempt of the file in the step it goes to: numbers are never used again. */
export function lastAttemptIn(rows: "decided" | "moved"): string {
  return `coalesce((SELECT max(h.attempt) FROM file_status h
      WHERE h.request_created = ${rows}.created_on AND h.request_id = ${rows}.request_id
        AND h.file_id = ${rows}.file_id AND h.step = ${rows}.to_step), 0)`;
}

interface GoBack {
  /** over `candidates`: these fail */
  failsWhen: string;
  /** for the history, over `moved` */
  worker: string;
  set: Partial<Record<FileColumn, string>>;
}

/** Of candidates with `fingerprint`, `class`, `group_message` and `info`. */
export function goBackMoves({ failsWhen, worker, set }: GoBack): MoveCase[] {
  return [
    {
      move: "fail",
      when: failsWhen,
      history: [{ status: "failure", worker, info: "moved.info" }],
      errorGroup: {
        fingerprint: "moved.fingerprint",
        class: "moved.class",
        message: "moved.group_message",
      },
    },
    {
      move: "goBack",
      toStep: "step - 1",
      set: { attempt: lastAttemptIn("moved"), tries: "0", went_back: "true", ...set },
      history: [{ status: "gone_back", worker, info: "moved.info" }],
    },
  ];
}
