// Notes of workers about the progress of a file, kept with the start of the attempt. They change no
// state.
import type { Query } from "../../db/client.ts";
import { fileMoves, historySql, sqlList } from "../state.ts";

export interface ProgressNote {
  request: string;
  file: number;
  /** the only attempt that it counts for; by default the file's current one */
  attempt?: { step: number; attempt: number } | undefined;
  at: Date;
  podName: string | null;
  info: string | null;
}

/** False if the file is settled, not in the request, or in another attempt than the note names. */
export async function recordProgressNote(
  query: Query,
  { request, file, attempt, at, podName, info }: ProgressNote,
): Promise<boolean> {
  const rows = await query(
    `INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status,
       timestamp, round, pod_name, info)
     SELECT r.created_on, f.request_id, f.file_id, f.step, greatest(f.attempt, 1),
       ${historySql.start}, $3, r.round, $4, $5
     FROM request_files f JOIN requests r ON r.id = f.request_id
     WHERE f.request_id = $1 AND f.file_id = $2 AND f.state IN (${sqlList(fileMoves.succeed.from)})
       AND ($6::int IS NULL OR (f.step = $6 AND f.attempt = $7::int))
     ON CONFLICT (request_created, request_id, file_id, step, attempt, status)
     DO UPDATE SET info = coalesce(EXCLUDED.info, file_status.info),
       pod_name = coalesce(EXCLUDED.pod_name, file_status.pod_name)
     RETURNING status`,
    [request, file, at, podName, info, attempt?.step ?? null, attempt?.attempt ?? null],
  );
  return rows.length > 0;
}

/** The last note about the file in its current attempt. */
export async function lastProgressNote(
  query: Query,
  request: string,
  file: number,
): Promise<string | undefined> {
  const [row] = await query<{ info: string | null }>(
    `SELECT h.info FROM request_files f JOIN requests r ON r.id = f.request_id
     JOIN file_status h ON h.request_created = r.created_on
       AND h.request_id = f.request_id AND h.file_id = f.file_id AND h.step = f.step
       AND h.attempt = greatest(f.attempt, 1) AND h.status = ${historySql.start}
     WHERE f.request_id = $1 AND f.file_id = $2`,
    [request, file],
  );
  return row?.info ?? undefined;
}
