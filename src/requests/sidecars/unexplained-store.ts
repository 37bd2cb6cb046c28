import type { Query } from "../../db/client.ts";
import { fileMoves, historySql } from "../state.ts";

export interface Unexplained {
  request: string;
  file: number;
  step: number;
  attempt: number;
  /** the pod */
  worker: string;
}

export interface UnexplainedRow extends Unexplained {
  /** since the report */
  ageSeconds: number;
}

export async function noteUnexplained(
  query: Query,
  { request, file, step, attempt, worker }: Unexplained,
): Promise<void> {
  await query(
    `INSERT INTO unexplained_failures (request_id, file_id, step, attempt, worker)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [request, file, step, attempt, worker],
    "note_unexplained",
  );
}

/** The oldest first. */
export function unexplained(query: Query, limit: number): Promise<UnexplainedRow[]> {
  return query<UnexplainedRow>(
    `SELECT request_id::text AS request, file_id AS file, step, attempt, worker,
       extract(epoch FROM now() - reported_at)::float AS "ageSeconds"
     FROM unexplained_failures ORDER BY reported_at LIMIT $1`,
    [limit],
    "unexplained",
  );
}

/**
 * What a log says becomes the history's text of the failure; and the file's error, if that attempt
 * is its last. Locks the file, as every writer of it does.
 */
export async function explain(
  query: Query,
  { request, file, step, attempt }: Unexplained,
  {
    pod,
    info,
    fingerprint,
    groupMessage,
    errorClass,
  }: { pod: string; info: string; fingerprint: string; groupMessage: string; errorClass: string },
): Promise<void> {
  await query(
    `WITH this_file AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.state, f.step, f.attempt, r.created_on
       FROM request_files f JOIN requests r ON r.id = f.request_id
       WHERE f.request_id = $1 AND f.file_id = $2 FOR UPDATE OF f
     ), history AS (
       UPDATE file_status h SET info = $5, pod_name = coalesce(h.pod_name, $6)
       FROM this_file WHERE h.request_created = this_file.created_on AND h.request_id = $1
         AND h.file_id = $2 AND h.step = $3 AND h.attempt = $4 AND h.status = ${historySql.failure}
     ), asked AS (
       DELETE FROM unexplained_failures
       WHERE request_id = $1 AND file_id = $2 AND step = $3 AND attempt = $4
     ), error_group AS (
       INSERT INTO error_groups (request_id, fingerprint, class, message)
       SELECT request_id, $7, $9, $8 FROM this_file ON CONFLICT DO NOTHING
     )
     UPDATE request_files f SET error_group = $7 FROM this_file
     WHERE f.request_id = this_file.request_id AND f.file_id = this_file.file_id
       AND this_file.state = '${fileMoves.fail.to}'
       AND this_file.step = $3 AND this_file.attempt = $4`,
    [request, file, step, attempt, info, pod, fingerprint, groupMessage, errorClass],
    "explain_failure",
  );
}
