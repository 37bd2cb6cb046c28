import type { Query } from "../../db/client.ts";
import { requestSql } from "../state.ts";

/** Files of one statement, which holds its locks for a fraction of a second. */
const chunk = 5_000;

/** Undefined if it is not being deleted, or no longer exists. */
export async function createdOn(query: Query, id: string): Promise<string | undefined> {
  const [row] = await query<{ created_on: string }>(
    `SELECT created_on FROM requests WHERE id = $1 AND state = ${requestSql.deleting}`,
    [id],
  );
  return row?.created_on;
}

/**
 * Deletes what is kept of the next files after `after`, and returns the last of them; null if none
 * is left. Each table is read by its key, so the cost depends neither on statistics nor on the rows
 * that earlier chunks deleted.
 */
export async function deleteFileRows(
  query: Query,
  request: { id: string; createdOn: string },
  after: number,
): Promise<number | null> {
  const [row] = await query<{ last: number | null }>(
    `WITH next_files AS MATERIALIZED (
       SELECT file_id FROM request_files WHERE request_id = $1 AND file_id > $3
       ORDER BY file_id LIMIT ${chunk}
     ), last_file AS MATERIALIZED (
       SELECT max(file_id) AS file_id FROM next_files
     ), result_rows AS (
       DELETE FROM results WHERE request_id = $1 AND file_id > $3
         AND file_id <= (SELECT file_id FROM last_file)
     ), history AS (
       DELETE FROM file_status WHERE request_created = $2::date AND request_id = $1
         AND file_id > $3 AND file_id <= (SELECT file_id FROM last_file)
     ), file_rows AS (
       DELETE FROM request_files WHERE request_id = $1 AND file_id > $3
         AND file_id <= (SELECT file_id FROM last_file)
     )
     SELECT file_id AS last FROM last_file`,
    [request.id, request.createdOn, after],
    "delete_file_rows",
  );
  return row?.last ?? null;
}

/** With everything else that is kept of it, by cascade. Its receipt is not, and stays. */
export async function deleteRequestRow(query: Query, id: string): Promise<void> {
  await query(`DELETE FROM requests WHERE id = $1 AND state = ${requestSql.deleting}`, [id]);
}
