import type { Query } from "../../db/client.ts";
import { moveRequest } from "../move-store.ts";

/**
 * Begins the deletion of an ended request whose receipt is kept. False if it has moved on since the
 * receipt was made: it was redriven or is already being deleted. Its idempotency key is free again.
 * To be called in a transaction.
 */
export async function beginDeletion(query: Query, id: string): Promise<boolean> {
  const locked = await query(
    `SELECT FROM requests
     JOIN receipts ON receipts.request_id = requests.id AND receipts.round = requests.round
     WHERE requests.id = $1 FOR UPDATE OF requests`,
    [id],
  );
  if (locked.length === 0 || !(await moveRequest(query, id, "delete"))) return false;
  await query(`UPDATE requests SET idempotency_key = NULL WHERE id = $1`, [id]);
  return true;
}

/** The row of a request is removed last: without it, nothing is left. */
export async function isGone(query: Query, id: string): Promise<boolean> {
  const rows = await query(`SELECT FROM requests WHERE id = $1`, [id]);
  return rows.length === 0;
}
