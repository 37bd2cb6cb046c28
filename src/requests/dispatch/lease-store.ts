import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { acceptsWork, fileMoves } from "../state.ts";

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
  /** where an earlier step left the file, where it made no objects since */
  location: string | null;
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
 * The request's row is locked for share: a cancel that was answered is seen here, and one that comes now waits. Only files
 * still queued in that very attempt start, so a message that comes twice starts nothing.
 * Candidates are found by key alone: with the state in the join the planner takes the index of open files and reads all of
 * them for each file (a claim of 1,000 of 20,000: 270 ms instead of 53).
 */
const startSql = fileMoveSql({
  before: `open_requests AS MATERIALIZED (
  SELECT r.id, r.created_on, r.round FROM requests r
  WHERE r.id = ANY($8::uuid[]) AND ${acceptsWork("r")} ORDER BY r.id FOR SHARE
)`,
  candidates: {
    columns: `claimed.step AS claimed_step, claimed.attempt AS claimed_attempt,
    claimed.worker AS claimed_by, claimed.waiter, f.location`,
    from: `unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[], $5::text[], $7::int[])
    AS claimed(request_id, file_id, step, attempt, worker, waiter)
  JOIN open_requests r ON r.id = claimed.request_id
  JOIN request_files f ON f.request_id = claimed.request_id AND f.file_id = claimed.file_id`,
  },
  guard: "step = claimed_step AND attempt = claimed_attempt",
  moves: [
    {
      move: "start",
      set: { worker: "moved.claimed_by", lease_until: "now() + make_interval(secs => $6)" },
      history: [{ status: "start", worker: "moved.claimed_by", isDispatch: true }],
    },
  ],
  after: `operations AS MATERIALIZED (
  SELECT s.request_id, s.step, s.operation, s.settings
  FROM (SELECT DISTINCT request_id, step FROM moved) AS moved_steps
  JOIN request_steps s ON s.request_id = moved_steps.request_id AND s.step = moved_steps.step
)`,
  result: `SELECT moved.waiter, moved.request_id AS request, moved.file_id AS file, moved.step,
  moved.attempt, operations.operation, operations.settings, files.paths, moved.location,
  CASE WHEN moved.step > 1 THEN ARRAY(
    SELECT results.name FROM results
    WHERE results.request_id = moved.request_id AND results.file_id = moved.file_id
      AND results.step = moved.step - 1 AND results.deleted_at IS NULL
    ORDER BY results.name) ELSE '{}' END AS inputs
FROM moved
JOIN operations ON operations.request_id = moved.request_id AND operations.step = moved.step
JOIN files ON files.id = moved.file_id`,
});

/** Moves queued files to their workers. */
export async function startFiles(
  query: Query,
  leaseSeconds: number,
  keys: StartKey[],
): Promise<StartedRow[]> {
  return query<StartedRow>(
    startSql,
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
       JOIN requests r ON r.id = i.request_id AND ${acceptsWork("r")}
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), c AS (
       SELECT request_id, file_id FROM named WHERE state = '${fileMoves.start.to}' AND worker = $5 AND step = said_step AND attempt = said_attempt
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
