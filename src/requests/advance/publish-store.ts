import type { Query } from "../../db/client.ts";
import { inIndexOrder, waitingIn } from "../open-files-index.ts";
import { fileMoves, sqlList } from "../state.ts";

export interface PublishedRow {
  file: number;
  attempt: number;
}

/**
 * Moves the next waiting files of a step to queued, each with a new attempt number. Two processes take different files.
 * `lease_until` of a queued file is the time from which an empty topic means that its message was lost.
 */
export function queueFiles(
  query: Query,
  request: string,
  step: number,
  limit: number,
  graceSeconds: number,
): Promise<PublishedRow[]> {
  return query<PublishedRow>(
    `WITH r AS MATERIALIZED (
       SELECT id FROM requests WHERE id = $1 AND state IN ('lookup', 'running') AND ending IS NULL FOR SHARE
     ), c AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.attempt + 1 AS attempt FROM r JOIN request_files f ON f.request_id = r.id
       WHERE f.request_id = $1 AND ${waitingIn("$2")} AND (f.not_before IS NULL OR f.not_before <= now())
       ${inIndexOrder} LIMIT $3 FOR UPDATE OF f SKIP LOCKED
     ), s AS (
       UPDATE request_steps s SET waiting = s.waiting - n, queued = s.queued + n, version = s.version + 1
       FROM (SELECT count(*) AS n FROM c) k WHERE s.request_id = $1 AND s.step = $2 AND k.n > 0
     ), u AS (
       UPDATE request_files f SET state = '${fileMoves.queue.to}', attempt = c.attempt, not_before = NULL, worker = NULL,
         lease_until = now() + make_interval(secs => $4), updated_at = now()
       FROM c WHERE f.request_id = c.request_id AND f.file_id = c.file_id
     )
     SELECT file_id AS file, attempt FROM c`,
    [request, step, limit, graceSeconds],
    "queue_files",
  );
}

/** Back to waiting, which costs no try: `keys` names files whose message could not be placed; without, all those past their grace. */
export async function unqueueFiles(
  query: Query,
  request: string,
  step: number,
  keys?: PublishedRow[],
): Promise<number> {
  const rows = await query<{ n: number }>(
    `WITH c AS MATERIALIZED (
       SELECT f.request_id, f.file_id FROM request_files f
       WHERE f.request_id = $1 AND f.state IN (${sqlList(fileMoves.unqueue.from)}) AND f.step = $2
         AND (CASE WHEN $3::bigint[] IS NULL THEN f.lease_until < now()
              ELSE (f.file_id, f.attempt) IN (SELECT * FROM unnest($3::bigint[], $4::int[])) END)
       ORDER BY f.file_id LIMIT 10000 FOR UPDATE OF f
     ), s AS (
       UPDATE request_steps s SET queued = s.queued - n, waiting = s.waiting + n, version = s.version + 1
       FROM (SELECT count(*) AS n FROM c) k WHERE s.request_id = $1 AND s.step = $2 AND k.n > 0
     ), u AS (
       UPDATE request_files f SET state = '${fileMoves.unqueue.to}', lease_until = NULL, updated_at = now()
       FROM c WHERE f.request_id = c.request_id AND f.file_id = c.file_id
     )
     SELECT count(*) AS n FROM c`,
    [request, step, keys?.map((key) => key.file) ?? null, keys?.map((key) => key.attempt) ?? null],
    "unqueue_files",
  );
  return rows[0]?.n ?? 0;
}
