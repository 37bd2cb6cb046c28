import type { Query } from "../../db/client.ts";
import { waitSql } from "../retry-policy.ts";
import { fileMoves, sqlList } from "../state.ts";

export interface ExpiredLease {
  request: string;
  file: number;
  failed: boolean;
}

const lostClass = "lost";
const lostMessage = "the worker fell silent and did not come back";
/** fingerprintOf("lost", lostMessage), fixed so that SQL can write it */
export const lostFingerprint = "worker-lost";

/**
 * Files whose worker is gone wait again, or fail when their tries are used up; both are rows of the history.
 * `chosen` picks them: by lease, or by the name of a worker known to be dead.
 */
async function expire(
  query: Query,
  chosen: string,
  params: unknown[],
  fileAttempts: number,
): Promise<ExpiredLease[]> {
  return query<ExpiredLease>(
    `WITH c AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.step, f.attempt, f.tries, f.worker, r.created_on, r.round,
         f.tries + 1 >= coalesce(p.retry_attempts, $1) AS failed, p.retry_wait_seconds AS first_wait
       FROM request_files f JOIN requests r ON r.id = f.request_id JOIN request_steps p ON p.request_id = f.request_id AND p.step = f.step
       WHERE f.request_id = $2 AND f.state IN (${sqlList(fileMoves.lose.from)}) AND ${chosen}
       ORDER BY f.request_id, f.file_id LIMIT 5000 FOR UPDATE OF f
     ), u AS (
       UPDATE request_files f SET state = CASE WHEN c.failed THEN '${fileMoves.fail.to}' ELSE '${fileMoves.lose.to}' END, tries = f.tries + 1,
         lease_until = NULL, not_before = CASE WHEN NOT c.failed THEN now() + make_interval(secs =>
           CASE WHEN c.first_wait IS NULL THEN ${waitSql("1", "c.tries")} - 1 ELSE ${waitSql("c.first_wait", "c.tries")} END) END,
         error_group = CASE WHEN c.failed THEN '${lostFingerprint}' END, updated_at = now()
       FROM c WHERE f.request_id = c.request_id AND f.file_id = c.file_id
     ), h AS (
       INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp, round, pod_name, info)
       SELECT created_on, request_id, file_id, step, attempt, 'lost', clock_timestamp(), round, worker, '${lostMessage}' FROM c
       UNION ALL
       SELECT created_on, request_id, file_id, step, attempt, 'failure', clock_timestamp(), round, worker, '${lostMessage}' FROM c WHERE failed
       ON CONFLICT DO NOTHING
     ), g AS (
       INSERT INTO error_groups (request_id, fingerprint, class, message)
       SELECT DISTINCT request_id, '${lostFingerprint}', '${lostClass}', '${lostMessage}' FROM c WHERE failed ON CONFLICT DO NOTHING
     ), l AS MATERIALIZED (
       SELECT k.* FROM (SELECT request_id, step, count(*) AS n, count(*) FILTER (WHERE failed) AS failed FROM c GROUP BY request_id, step) k
       JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.step ORDER BY s.request_id, s.step FOR UPDATE OF s
     ), s AS (
       UPDATE request_steps s SET running = s.running - l.n, failed = s.failed + l.failed, waiting = s.waiting + l.n - l.failed, version = s.version + 1
       FROM l WHERE s.request_id = l.request_id AND s.step = l.step
     )
     SELECT request_id AS request, file_id AS file, failed FROM c`,
    [fileAttempts, ...params],
  );
}

export function expireOverdue(
  query: Query,
  request: string,
  fileAttempts: number,
): Promise<ExpiredLease[]> {
  return expire(query, "f.lease_until < now()", [request], fileAttempts);
}

export function expireOfWorker(
  query: Query,
  request: string,
  worker: string,
  fileAttempts: number,
): Promise<ExpiredLease[]> {
  return expire(query, "f.worker = $3", [request, worker], fileAttempts);
}

/** Requests in which some file is with a worker now. */
export async function requestsWithRunning(query: Query): Promise<string[]> {
  const rows = await query<{ request: string }>(
    `SELECT DISTINCT s.request_id AS request FROM requests r JOIN request_steps s ON s.request_id = r.id
     WHERE r.state IN ('lookup', 'running', 'canceling') AND s.running > 0`,
  );
  return rows.map((row) => row.request);
}
