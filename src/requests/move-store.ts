import type { Query } from "../db/client.ts";
import {
  type EndingMove,
  endingMoves,
  isFinal,
  type RequestMove,
  requestMoves,
  stoppableStates,
} from "./state.ts";

/**
 * The one guarded write of a request's state. Returns whether it happened; false means that another
 * call was first, which is not an error. The row is locked before the time of the move is read, so
 * every file that a claim started was started before that time.
 */
export async function moveRequest(
  query: Query,
  id: string,
  move: Exclude<RequestMove, "submit">,
  { reason }: { reason?: string | undefined } = {},
): Promise<boolean> {
  const { from, to } = requestMoves[move];
  const [row] = await query<{ state: string; round: number }>(
    `SELECT state, round FROM requests WHERE id = $1 AND state = ANY($2) FOR UPDATE`,
    [id, from],
  );
  if (!row) return false;
  const round = move === "redrive" ? row.round + 1 : row.round;
  await query(
    `UPDATE requests SET state = $2, round = $3, facts = facts + 1, updated_at = clock_timestamp(),
       reason = coalesce($4, CASE WHEN $5 THEN NULL ELSE reason END),
       ending = CASE WHEN $5 THEN NULL ELSE ending END,
       started_at = coalesce(started_at, CASE WHEN $6 THEN clock_timestamp() END),
       finished_at = CASE WHEN $7 THEN clock_timestamp() WHEN $8 THEN finished_at END
     WHERE id = $1`,
    [
      id,
      to,
      round,
      reason ?? null,
      move === "redrive",
      to === requestMoves.run.to,
      isFinal(to),
      move === "delete",
    ],
  );
  await query(
    `INSERT INTO request_moves (request_id, round, move, from_state, to_state, reason)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, round, move, row.state, to, reason ?? null],
  );
  return true;
}

/**
 * The one guarded write of `requests.ending`, besides the redrive that clears it. From then on no
 * file is started, and `advance` settles the open files as failed with this reason, in chunks.
 */
export async function beginEnding(
  query: Query,
  id: string,
  move: Exclude<EndingMove, "redrive">,
  reason: string,
): Promise<boolean> {
  const rows = await query(
    `UPDATE requests SET ending = $2, reason = $3, facts = facts + 1, updated_at = now()
     WHERE id = $1 AND ending IS NULL AND state = ANY($4) RETURNING id`,
    [id, endingMoves[move].to, reason, stoppableStates],
  );
  return rows.length > 0;
}
