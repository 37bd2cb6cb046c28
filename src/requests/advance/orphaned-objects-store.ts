import type { Query } from "../../db/client.ts";
import { fileSql, finalRequestStates, sqlList } from "../state.ts";

/** When the request ended; undefined while it is open. */
export async function endedAt(query: Query, request: string): Promise<Date | undefined> {
  const [row] = await query<{ finished_at: Date | null }>(
    `SELECT finished_at FROM requests WHERE id = $1`,
    [request],
  );
  return row?.finished_at ?? undefined;
}

/**
 * Marks results of earlier steps whose files are done or canceled. Those of failed files are kept
 * for a redrive.
 */
export async function markPassedResults(query: Query, request: string): Promise<void> {
  await query(
    `UPDATE results passed SET deleted_at = now()
     FROM requests r, request_files f
     WHERE r.id = $1 AND passed.request_id = r.id AND passed.step < r.steps
       AND passed.deleted_at IS NULL AND f.request_id = r.id AND f.file_id = passed.file_id
       AND f.state IN (${fileSql.done}, ${fileSql.canceled})`,
    [request],
  );
}

/** Names of marked results, whose objects are to be removed. */
export async function markedNames(
  query: Query,
  request: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT name FROM results WHERE request_id = $1 AND deleted_at IS NOT NULL AND name > $2
     ORDER BY name LIMIT $3`,
    [request, after, limit],
  );
  return rows.map((row) => row.name);
}

/** Requests with marked results. The sweep asks, in case a process died before it removed them. */
export async function requestsWithMarked(
  query: Query,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT DISTINCT request_id AS id FROM results
     WHERE deleted_at IS NOT NULL AND request_id > $1::uuid ORDER BY request_id LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => row.id);
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

const hasNoResults = `requests.state IN (${sqlList(finalRequestStates)})
       AND requests.results_deleted_at > requests.finished_at`;

/** The ids among these of ended requests whose results have expired. */
export async function expiredRequests(query: Query, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests WHERE id = ANY($1::uuid[]) AND ${hasNoResults}`,
    [ids],
  );
  return rows.map((row) => row.id);
}

/** Until the end of the transaction, no redrive can begin. False if one has begun. */
export async function lockExpired(query: Query, id: string): Promise<boolean> {
  const rows = await query(`SELECT FROM requests WHERE id = $1 AND ${hasNoResults} FOR UPDATE`, [
    id,
  ]);
  return rows.length > 0;
}
