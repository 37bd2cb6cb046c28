import type { Query } from "../../db/client.ts";
import { fileMoves } from "../state.ts";

export interface Chosen {
  /** fingerprints of error groups */
  errors?: string[] | undefined;
  /** ids of files */
  files?: number[] | undefined;
}

/** Failed files wait again in the step where they failed, with a new attempt and a fresh budget of tries; answers how many. */
export async function redriveFiles(
  query: Query,
  request: string,
  { errors, files }: Chosen,
): Promise<number> {
  const [row] = await query<{ n: number }>(
    `WITH c AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.step, f.attempt + 1 AS attempt, r.created_on, r.round
       FROM request_files f JOIN requests r ON r.id = f.request_id
       WHERE f.request_id = $1 AND f.state = 'failed' AND ($2::text[] IS NULL OR f.error_group = ANY($2)) AND ($3::bigint[] IS NULL OR f.file_id = ANY($3))
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), u AS (
       UPDATE request_files f SET state = '${fileMoves.redrive.to}', attempt = c.attempt, tries = 0, worker = NULL, lease_until = NULL,
         not_before = NULL, error_group = NULL, updated_at = now()
       FROM c WHERE f.request_id = c.request_id AND f.file_id = c.file_id
     ), h AS (
       INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp, round)
       SELECT created_on, request_id, file_id, step, attempt, 'redrive', clock_timestamp(), round FROM c
     ), l AS MATERIALIZED (
       SELECT k.* FROM (SELECT request_id, step, count(*) AS n FROM c GROUP BY request_id, step) k
       JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.step ORDER BY s.request_id, s.step FOR UPDATE OF s
     ), s AS (
       UPDATE request_steps s SET failed = s.failed - l.n, waiting = s.waiting + l.n, version = s.version + 1
       FROM l WHERE s.request_id = l.request_id AND s.step = l.step
     )
     SELECT count(*) AS n FROM c`,
    [request, errors ?? null, files ?? null],
  );
  return row?.n ?? 0;
}

/** A new round has the whole of its time again. */
export async function renewDeadline(query: Query, request: string): Promise<void> {
  await query(
    `UPDATE requests SET deadline = now() + make_interval(secs => deadline_seconds) WHERE id = $1 AND deadline IS NOT NULL`,
    [request],
  );
}
