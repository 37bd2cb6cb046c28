import type { Query } from "../db/client.ts";
import { isFinal, type RequestMove, requestMoves } from "./state.ts";

/**
 * The one guarded write of a request's state. Answers whether it happened; "no" means that someone else was first, and is no fault.
 * The row is locked before the time is taken: whatever a claim handed out has then been handed out before the move's time.
 */
export async function moveRequest(
  query: Query,
  id: string,
  move: RequestMove,
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
       started_at = coalesce(started_at, CASE WHEN $2 = 'running' THEN clock_timestamp() END),
       finished_at = CASE WHEN $6 THEN clock_timestamp() END,
       ending = CASE WHEN $5 THEN NULL ELSE ending END
     WHERE id = $1`,
    [id, to, round, reason ?? null, move === "redrive", isFinal(to)],
  );
  await query(
    `INSERT INTO request_moves (request_id, round, move, from_state, to_state, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, round, move, row.state, to, reason ?? null],
  );
  return true;
}

/** The request is to end: its open files are settled as failed with this reason, in chunks, and nothing is given out from here on. */
export async function beginEnding(
  query: Query,
  id: string,
  ending: "failed" | "deadline" | "stopped",
  reason: string,
): Promise<boolean> {
  const rows = await query(
    `UPDATE requests SET ending = $2, reason = $3, facts = facts + 1, updated_at = now()
     WHERE id = $1 AND ending IS NULL AND state IN ('submitted', 'lookup', 'running') RETURNING id`,
    [id, ending, reason],
  );
  return rows.length > 0;
}
