import type { Query } from "../../db/client.ts";
import { fileMoves, sqlList } from "../state.ts";

export const settleChunk = 5000;

/** Settles at most a chunk of open files as canceled or failed; answers how many. A success that came first stands. */
export async function settleOpenFiles(
  query: Query,
  request: string,
  as:
    | { state: "canceled" }
    | { state: "failed"; class: string; reason: string; fingerprint: string },
): Promise<number> {
  const move = as.state === "canceled" ? fileMoves.cancel : fileMoves.fail;
  const failed = as.state === "failed" ? as : undefined;
  const rows = await query<{ n: number }>(
    `WITH c AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.step, f.attempt, f.state, f.worker, r.created_on, r.round
       FROM request_files f JOIN requests r ON r.id = f.request_id
       WHERE f.request_id = $1 AND f.state IN (${sqlList(move.from)})
       ORDER BY f.request_id, f.file_id LIMIT ${settleChunk} FOR UPDATE OF f
     ), u AS (
       UPDATE request_files f SET state = '${move.to}', lease_until = NULL, not_before = NULL, updated_at = now(), error_group = $2
       FROM c WHERE f.request_id = c.request_id AND f.file_id = c.file_id
     ), h AS (
       INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp, round, pod_name, info)
       SELECT created_on, request_id, file_id, step, attempt, '${as.state === "canceled" ? "cancel" : "failure"}', clock_timestamp(), round, worker, $3 FROM c
       ON CONFLICT DO NOTHING
     ), g AS (
       INSERT INTO error_groups (request_id, fingerprint, class, message)
       SELECT $1, $2, $4, $3 WHERE $2::text IS NOT NULL AND EXISTS (SELECT FROM c) ON CONFLICT DO NOTHING
     ), l AS MATERIALIZED (
       SELECT k.* FROM (SELECT request_id, step, count(*) AS n, count(*) FILTER (WHERE state = 'waiting') AS waiting,
           count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state = 'running') AS running
         FROM c GROUP BY request_id, step) k
       JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.step ORDER BY s.request_id, s.step FOR UPDATE OF s
     ), s AS (
       UPDATE request_steps s SET waiting = s.waiting - l.waiting, queued = s.queued - l.queued, running = s.running - l.running,
         ${move.to} = s.${move.to} + l.n, version = s.version + 1
       FROM l WHERE s.request_id = l.request_id AND s.step = l.step
     )
     SELECT count(*) AS n FROM c`,
    [request, failed?.fingerprint ?? null, failed?.reason ?? null, failed?.class ?? null],
  );
  return rows[0]?.n ?? 0;
}
