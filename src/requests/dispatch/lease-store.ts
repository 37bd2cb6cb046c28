import type { Query } from "../../db/client.ts";
import { fileMoves, sqlList } from "../state.ts";

export interface WorkKey {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

export interface ClaimedRow extends WorkKey {
  operation: string;
  settings: Record<string, unknown>;
  paths: string[];
  inputs: string[];
}

/** What is to start, and for whom: `share` comes back with the row. */
export interface StartKey extends WorkKey {
  worker: string;
  waiter: number;
}

export interface StartedRow extends ClaimedRow {
  waiter: number;
}

/** Steps with published work, in the order of their ids from `after` on: a claim goes round over all requests. */
export function stepsWithWork(
  query: Query,
  operations: string[],
  request: string | undefined,
  after: string,
  limit: number,
) {
  return query<{ request: string; step: number; operation: string; queued: number }>(
    `SELECT request_id AS request, step, operation, queued FROM request_steps
     WHERE queued > 0 AND operation = ANY($1) AND ($2::uuid IS NULL OR request_id = $2) AND request_id > $3::uuid
     ORDER BY request_id, step LIMIT $4`,
    [operations, request ?? null, after, limit],
    "steps_with_work",
  );
}

/**
 * Hands out: the request's row is locked for share, so a cancel that was answered is seen here, and one that comes now waits.
 * Only files still queued in that very attempt start; a message said twice starts nothing.
 * Rows are locked by key alone and looked at afterwards: with the state in the join the planner takes the index of open files and walks all
 * of them for each file (a claim of 1,000 of 20,000: 270 ms instead of 53). Postgres runs the writes from the last to the first: the
 * counters, on whose row all others of the request wait, come last.
 */
export async function startFiles(
  query: Query,
  leaseSeconds: number,
  keys: StartKey[],
): Promise<StartedRow[]> {
  return query<StartedRow>(
    `WITH r AS MATERIALIZED (
       SELECT id, created_on, round FROM requests
       WHERE id = ANY($8::uuid[]) AND state IN ('lookup', 'running') AND ending IS NULL ORDER BY id FOR SHARE
     ), named AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.step, f.attempt, f.state, i.step AS said_step, i.attempt AS said_attempt, i.worker, i.waiter, r.created_on, r.round
       FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[], $5::text[], $7::int[]) AS i(request_id, file_id, step, attempt, worker, waiter)
       JOIN r ON r.id = i.request_id
       JOIN request_files f ON f.request_id = i.request_id AND f.file_id = i.file_id
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), c AS MATERIALIZED (
       SELECT DISTINCT ON (request_id, file_id) request_id, file_id, step, attempt, worker, waiter, created_on, round FROM named
       WHERE state IN (${sqlList(fileMoves.start.from)}) AND step = said_step AND attempt = said_attempt ORDER BY request_id, file_id
     ), l AS MATERIALIZED (
       SELECT k.* FROM (SELECT request_id, step, count(*) AS n FROM c GROUP BY request_id, step) k
       JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.step ORDER BY s.request_id, s.step FOR UPDATE OF s
     ), s AS (
       UPDATE request_steps s SET queued = s.queued - l.n, running = s.running + l.n, version = s.version + 1
       FROM l WHERE s.request_id = l.request_id AND s.step = l.step
     ), u AS (
       UPDATE request_files f SET state = '${fileMoves.start.to}', worker = c.worker, lease_until = now() + make_interval(secs => $6), updated_at = now()
       FROM c WHERE f.request_id = c.request_id AND f.file_id = c.file_id
     ), h AS (
       INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp, handed_out_at, round, pod_name)
       SELECT created_on, request_id, file_id, step, attempt, 'start', clock_timestamp(), clock_timestamp(), round, worker FROM c
       ON CONFLICT DO NOTHING
     ), w AS MATERIALIZED (
       SELECT s.request_id, s.step, s.operation, s.settings FROM (SELECT DISTINCT request_id, step FROM c) k
       JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.step
     )
     SELECT c.waiter, c.request_id AS request, c.file_id AS file, c.step, c.attempt, w.operation, w.settings, i.paths,
       CASE WHEN c.step > 1 THEN ARRAY(SELECT o.name FROM results o WHERE o.request_id = c.request_id AND o.file_id = c.file_id
         AND o.step = c.step - 1 AND o.deleted_at IS NULL ORDER BY o.name) ELSE '{}' END AS inputs
     FROM c JOIN w ON w.request_id = c.request_id AND w.step = c.step JOIN files i ON i.id = c.file_id`,
    [
      keys.map((key) => key.request),
      keys.map((key) => key.file),
      keys.map((key) => key.step),
      keys.map((key) => key.attempt),
      keys.map((key) => key.worker),
      leaseSeconds,
      keys.map((key) => key.waiter),
      [...new Set(keys.map((key) => key.request))],
    ],
    "start_files",
  );
}

/** Renews the leases of those files that this worker still has; answers which they are. */
export async function renewLeases(
  query: Query,
  worker: string,
  leaseSeconds: number,
  keys: WorkKey[],
): Promise<Set<string>> {
  const rows = await query<{ request: string; file: number }>(
    `WITH named AS MATERIALIZED (
       SELECT f.*, i.step AS said_step, i.attempt AS said_attempt
       FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[]) AS i(request_id, file_id, step, attempt)
       JOIN request_files f ON f.request_id = i.request_id AND f.file_id = i.file_id
       JOIN requests r ON r.id = i.request_id AND r.state IN ('lookup', 'running') AND r.ending IS NULL
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), c AS (
       SELECT request_id, file_id FROM named WHERE state = 'running' AND worker = $5 AND step = said_step AND attempt = said_attempt
     )
     UPDATE request_files f SET lease_until = now() + make_interval(secs => $6) FROM c
     WHERE f.request_id = c.request_id AND f.file_id = c.file_id RETURNING f.request_id AS request, f.file_id AS file`,
    [
      keys.map((k) => k.request),
      keys.map((k) => k.file),
      keys.map((k) => k.step),
      keys.map((k) => k.attempt),
      worker,
      leaseSeconds,
    ],
    "renew_leases",
  );
  return new Set(rows.map((row) => `${row.request}/${row.file}`));
}
