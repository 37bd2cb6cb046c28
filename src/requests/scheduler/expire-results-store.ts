import type { Query } from "../../db/client.ts";
import { finalRequestStates, sqlList } from "../state.ts";

/** A redrive makes new results: they expire as long after the end of their own round. */
const hasExpired = `requests.state IN (${sqlList(finalRequestStates)})
       AND requests.finished_at < now() - make_interval(secs => $1)
       AND (requests.results_deleted_at IS NULL
         OR requests.results_deleted_at < requests.finished_at)`;

/** Ended requests whose results have expired and are still kept. */
export async function requestsPastTtl(
  query: Query,
  seconds: number,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests WHERE ${hasExpired} ORDER BY finished_at LIMIT $2`,
    [seconds, limit],
  );
  return rows.map((row) => row.id);
}

/**
 * Hides all results of a request whose receipt is kept. The request is locked, so a redrive begins
 * before this and keeps them all, or after it and sees none. False if one has begun. To be called
 * in a transaction.
 */
export async function expireResults(query: Query, seconds: number, id: string): Promise<boolean> {
  const locked = await query(
    `SELECT FROM requests
     JOIN receipts ON receipts.request_id = requests.id AND receipts.round = requests.round
     WHERE ${hasExpired} AND requests.id = $2 FOR UPDATE OF requests`,
    [seconds, id],
  );
  if (locked.length === 0) return false;
  await query(
    `UPDATE requests SET results_deleted_at = clock_timestamp(), facts = facts + 1 WHERE id = $1`,
    [id],
  );
  await query(
    `UPDATE results SET deleted_at = now() WHERE request_id = $1 AND deleted_at IS NULL`,
    [id],
  );
  return true;
}
