import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { finishMoves } from "../finish/state.ts";
import { assignments, notGivenBack } from "../given-back.ts";
import { acceptsWork, fileMoves, sqlList } from "../state.ts";

export interface Chosen {
  /** fingerprints of error groups */
  errors?: string[] | undefined;
  /** ids of files */
  files?: number[] | undefined;
}

/** Attempt numbers of a step continue. */
const lastOfStep = `(SELECT coalesce(max(h.attempt), 0) FROM file_status h
      WHERE h.request_created = moved.created_on AND h.request_id = moved.request_id
        AND h.file_id = moved.file_id AND h.step = moved.to_step)`;

/**
 * A file whose step reads what an earlier step made goes back when that was removed with the
 * results, or lost by the store: without it, the step would read the file that the user named. It
 * begins again after the last step whose results are still there.
 */
const redriveSql = fileMoveSql({
  candidates: {
    columns: `f.step > 1 AND NOT EXISTS (
      SELECT FROM results WHERE results.request_id = f.request_id AND results.file_id = f.file_id
        AND results.step = f.step - 1 AND results.deleted_at IS NULL)
      AND (r.results_deleted_at IS NOT NULL OR EXISTS (
        SELECT FROM results WHERE results.request_id = f.request_id
          AND results.file_id = f.file_id AND results.step = f.step - 1)) AS begins_again,
      (SELECT coalesce(max(results.step), 0) + 1 FROM results
       WHERE results.request_id = f.request_id AND results.file_id = f.file_id
         AND results.step < f.step AND results.deleted_at IS NULL) AS begins_in`,
    from: "request_files f JOIN requests r ON r.id = f.request_id",
    where: `f.request_id = $1 AND f.state IN (${sqlList(fileMoves.redrive.from)})
    AND ($2::text[] IS NULL OR f.error_group = ANY($2))
    AND ($3::bigint[] IS NULL OR f.file_id = ANY($3))`,
  },
  moves: [
    {
      move: "redrive",
      toStep: "CASE WHEN begins_again THEN begins_in ELSE step END",
      set: {
        attempt: `CASE WHEN moved.begins_again THEN ${lastOfStep} ELSE moved.attempt END + 1`,
        went_back: "f.went_back OR moved.begins_again",
        location: "CASE WHEN NOT moved.begins_again THEN f.location END",
        tries: "0",
        worker: "NULL",
        lease_until: "NULL",
        not_before: "NULL",
        error_group: "NULL",
        ...notGivenBack,
      },
      history: [{ status: "redrive", attempt: "moved.attempt + 1", worker: "NULL" }],
    },
  ],
  result: "SELECT count(*) AS n FROM moved",
});

/**
 * Puts failed files back to waiting in the step where they failed (in an earlier one if what they
 * need of it is gone), with a new attempt and all their tries. Returns their number.
 */
export async function redriveFiles(
  query: Query,
  request: string,
  { errors, files }: Chosen,
): Promise<number> {
  const [row] = await query<{ n: number }>(redriveSql, [request, errors ?? null, files ?? null]);
  return row?.n ?? 0;
}

/**
 * Lets withheld files of an open request, or the chosen ones among them, go to all workers again.
 * Returns their number.
 */
export async function releaseWithheld(
  query: Query,
  request: string,
  files: number[] | undefined,
): Promise<number> {
  const [row] = await query<{ n: number }>(
    `WITH open_request AS MATERIALIZED (
       SELECT r.id FROM requests r WHERE r.id = $1 AND ${acceptsWork("r")} FOR SHARE
     ), locked AS MATERIALIZED (
       SELECT f.request_id, f.file_id
       FROM open_request JOIN request_files f ON f.request_id = open_request.id
       WHERE f.withheld AND f.state = '${fileMoves.giveBack.to}'
         AND ($2::bigint[] IS NULL OR f.file_id = ANY($2))
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), released AS (
       UPDATE request_files f
       SET ${assignments(notGivenBack)}, not_before = NULL, updated_at = now()
       FROM locked WHERE f.request_id = locked.request_id AND f.file_id = locked.file_id
       RETURNING f.file_id
     )
     SELECT count(*) AS n FROM released`,
    [request, files ?? null],
  );
  return row?.n ?? 0;
}

/** Whether `finish` of a step failed in the round before this one. */
export async function finishFailedBefore(query: Query, request: string): Promise<boolean> {
  const rows = await query(
    `SELECT 1 FROM request_finishes AS finishes
     JOIN requests ON requests.id = finishes.request_id AND finishes.round = requests.round - 1
     WHERE requests.id = $1 AND finishes.state = '${finishMoves.fail.to}' LIMIT 1`,
    [request],
  );
  return rows.length > 0;
}

/** A new round gets the full deadline again. */
export async function renewDeadline(query: Query, request: string): Promise<void> {
  await query(
    `UPDATE requests SET deadline = now() + make_interval(secs => deadline_seconds)
     WHERE id = $1 AND deadline IS NOT NULL`,
    [request],
  );
}
