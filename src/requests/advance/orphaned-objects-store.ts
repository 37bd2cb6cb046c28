import type { Query } from "../../db/client.ts";
import { fileSql } from "../state.ts";

/** When the request ended; undefined while it is open. */
export async function endedAt(query: Query, request: string): Promise<Date | undefined> {
  const [row] = await query<{ finished_at: Date | null }>(
    `SELECT finished_at FROM requests WHERE id = $1`,
    [request],
  );
  return row?.finished_at ?? undefined;
}

/**
 * Marks objects of earlier steps whose files are done or canceled. Those of failed files are kept
 * for a redrive.
 */
export async function markPassedResults(query: Query, request: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `UPDATE results o SET deleted_at = coalesce(deleted_at, now()) FROM requests r, request_files f
     WHERE r.id = $1 AND o.request_id = r.id AND o.step < r.steps
       AND f.request_id = r.id AND f.file_id = o.file_id
       AND f.state IN (${fileSql.done}, ${fileSql.canceled})
     RETURNING o.name`,
    [request],
  );
  return rows.map((row) => row.name);
}

/** Second phase: deletes the rows after their objects. */
export async function deleteResultRows(
  query: Query,
  request: string,
  names: string[],
): Promise<void> {
  await query(
    `DELETE FROM results WHERE request_id = $1 AND name = ANY($2) AND deleted_at IS NOT NULL`,
    [request, names],
  );
}

export async function markAllResults(query: Query, request: string): Promise<void> {
  await query(`UPDATE results SET deleted_at = coalesce(deleted_at, now()) WHERE request_id = $1`, [
    request,
  ]);
}

export async function deleteAllResultRows(query: Query, request: string): Promise<void> {
  await query(`DELETE FROM results WHERE request_id = $1 AND deleted_at IS NOT NULL`, [request]);
  await query(`UPDATE requests SET results_deleted_at = now() WHERE id = $1`, [request]);
}

/** The ids among these of requests that were deleted: their receipts stay. */
export async function deletedRequests(query: Query, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT receipts.request_id::text AS id FROM receipts
     LEFT JOIN requests ON requests.id = receipts.request_id
     WHERE receipts.request_id = ANY($1::uuid[]) AND requests.id IS NULL`,
    [ids],
  );
  return rows.map((row) => row.id);
}
