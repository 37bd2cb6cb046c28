import type { Query } from "../../db/client.ts";
import { inIndexOrder, waitingIn } from "../open-files-index.ts";
import { fileSql, openFileStates, sqlList } from "../state.ts";

/** Until the end of the transaction, one process chooses files of this request. */
export async function lockNames(query: Query, request: string): Promise<void> {
  await query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 14))`, [request]);
}

/** The paths of all files that are queued or running. */
export async function namesInWork(query: Query, request: string): Promise<string[]> {
  const rows = await query<{ path: string }>(
    `SELECT path FROM request_files f JOIN files ON files.id = f.file_id
     CROSS JOIN LATERAL unnest(files.paths) AS path
     WHERE f.request_id = $1 AND f.state IN (${sqlList(openFileStates)})
       AND f.state <> ${fileSql.waiting}`,
    [request],
  );
  return rows.map((row) => row.path);
}

/** The files that are queued next, with their paths. */
export function waitingPaths(
  query: Query,
  request: string,
  step: number,
  limit: number,
): Promise<{ file: number; paths: string[] }[]> {
  return query<{ file: number; paths: string[] }>(
    `SELECT f.file_id AS file, files.paths
     FROM request_files f JOIN files ON files.id = f.file_id
     WHERE f.request_id = $1 AND ${waitingIn("$2")} AND NOT f.withheld
       AND (f.not_before IS NULL OR f.not_before <= now())
     ${inIndexOrder} LIMIT $3`,
    [request, step, limit],
  );
}
