import type { Query } from "../../db/client.ts";
import { fileSql, finalRequestStates, sqlList } from "../state.ts";

export interface ResultRow {
  seq: number;
  file: number | null;
  step: number;
  attempt: number;
  name: string;
  size: number;
  checksum: string | null;
  details: Record<string, unknown> | null;
  created_at: Date;
}

const columns = `o.seq, o.file_id AS file, o.step, o.attempt, o.name, o.size, o.checksum, o.details,
  o.created_at`;

/**
 * Results of the last step after `after`: seq grows in commit order, so none is ever skipped. The
 * step is compared by equality and the order is the index's: with a join, the planner sorted all
 * remaining results for each page.
 */
export function resultRows(
  query: Query,
  request: string,
  after: number,
  limit: number,
): Promise<ResultRow[]> {
  return query<ResultRow>(
    `SELECT ${columns} FROM results o
     WHERE o.request_id = $1 AND o.step = (SELECT steps FROM requests WHERE id = $1)
       AND o.seq > $2 AND o.deleted_at IS NULL ORDER BY o.seq LIMIT $3`,
    [request, after, limit],
  );
}

/** By name, as an S3 client lists a bucket. */
export function resultRowsByName(
  query: Query,
  request: string,
  prefix: string,
  after: string,
  limit: number,
): Promise<ResultRow[]> {
  return query<ResultRow>(
    `SELECT ${columns} FROM requests r JOIN results o ON o.request_id = r.id AND o.step = r.steps
     WHERE r.id = $1 AND o.deleted_at IS NULL AND starts_with(o.name, $2)
       AND o.name COLLATE "C" > $3
     ORDER BY o.name COLLATE "C" LIMIT $4`,
    [request, prefix, after, limit],
  );
}

export async function resultOfName(
  query: Query,
  request: string,
  name: string,
): Promise<ResultRow | undefined> {
  const [row] = await query<ResultRow>(
    `SELECT ${columns} FROM requests r JOIN results o ON o.request_id = r.id AND o.step = r.steps
     WHERE r.id = $1 AND o.name = $2 AND o.deleted_at IS NULL`,
    [request, name],
  );
  return row;
}

/** The objects among these that are results of any step. */
export async function namedResults(
  query: Query,
  request: string,
  names: string[],
): Promise<Set<string>> {
  const rows = await query<{ name: string }>(
    `SELECT name FROM results WHERE request_id = $1 AND name = ANY($2)`,
    [request, names],
  );
  return new Set(rows.map((row) => row.name));
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

/** Ended requests whose results have expired. */
export async function requestsPastTtl(
  query: Query,
  days: number,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests
     WHERE results_deleted_at IS NULL AND state IN (${sqlList(finalRequestStates)})
       AND finished_at < now() - make_interval(secs => $1) ORDER BY finished_at LIMIT $2`,
    [days * 86_400, limit],
  );
  return rows.map((row) => row.id);
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
