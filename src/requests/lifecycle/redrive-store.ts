import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { finishMoves } from "../finish/state.ts";
import { fileMoves, sqlList } from "../state.ts";

export interface Chosen {
  /** fingerprints of error groups */
  errors?: string[] | undefined;
  /** ids of files */
  files?: number[] | undefined;
}

const redriveSql = fileMoveSql({
  candidates: {
    from: "request_files f JOIN requests r ON r.id = f.request_id",
    where: `f.request_id = $1 AND f.state IN (${sqlList(fileMoves.redrive.from)})
    AND ($2::text[] IS NULL OR f.error_group = ANY($2))
    AND ($3::bigint[] IS NULL OR f.file_id = ANY($3))`,
  },
  moves: [
    {
      move: "redrive",
      set: {
        attempt: "moved.attempt + 1",
        tries: "0",
        worker: "NULL",
        lease_until: "NULL",
        not_before: "NULL",
        error_group: "NULL",
      },
      history: [{ status: "redrive", attempt: "moved.attempt + 1", worker: "NULL" }],
    },
  ],
  result: "SELECT count(*) AS n FROM moved",
});

/**
 * Puts failed files back to waiting in the step where they failed, with a new attempt and all
 * their tries. Returns their number.
 */
export async function redriveFiles(
  query: Query,
  request: string,
  { errors, files }: Chosen,
): Promise<number> {
  const [row] = await query<{ n: number }>(redriveSql, [request, errors ?? null, files ?? null]);
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
