import type { Query } from "../../db/client.ts";
import type { TaskResult } from "../../operations/contract.ts";
import { newestFirst } from "../history-order.ts";
import { fileSql, historySql } from "../state.ts";
import { type FinishState, finishMoves } from "./state.ts";

const waiting = finishMoves.open.to;

export interface FinishRow {
  step: number;
  state: FinishState;
  reason: string | null;
}

/** Opens `finish` once for these steps in the request's round; returns the state of each. */
export async function openFinishes(
  query: Query,
  request: string,
  steps: number[],
): Promise<FinishRow[]> {
  await query(
    `INSERT INTO request_finishes (request_id, round, step, state)
     SELECT r.id, r.round, steps.step, '${waiting}'
     FROM requests r, unnest($2::smallint[]) AS steps(step) WHERE r.id = $1
     ON CONFLICT DO NOTHING`,
    [request, steps],
  );
  return query<FinishRow>(
    `SELECT f.step, f.state, f.reason FROM request_finishes f
     JOIN requests r ON r.id = f.request_id AND r.round = f.round WHERE f.request_id = $1`,
    [request],
  );
}

export interface DueFinish {
  request: string;
  round: number;
  step: number;
  operation: string;
  settings: Record<string, unknown>;
  /** the number of this claim: only the latest may record an outcome */
  claims: number;
  failures: number;
}

/** Leases a due `finish`, to one process at a time. */
export async function claimFinish(
  query: Query,
  operations: string[],
  leaseSeconds: number,
): Promise<DueFinish | undefined> {
  const [row] = await query<DueFinish>(
    `WITH due AS MATERIALIZED (
       SELECT f.request_id, f.round, f.step, s.operation, s.settings FROM request_finishes f
       JOIN request_steps s ON s.request_id = f.request_id AND s.step = f.step
       WHERE f.state = '${waiting}' AND f.next_try_at <= now() AND s.operation = ANY($1)
         AND (f.lease_until IS NULL OR f.lease_until <= now())
       ORDER BY f.next_try_at LIMIT 1 FOR UPDATE OF f SKIP LOCKED
     )
     UPDATE request_finishes f SET claims = f.claims + 1,
       lease_until = now() + make_interval(secs => $2)
     FROM due WHERE f.request_id = due.request_id AND f.round = due.round AND f.step = due.step
     RETURNING f.request_id AS request, f.round, f.step, due.operation, due.settings, f.claims,
       f.failures`,
    [operations, leaseSeconds],
  );
  return row;
}

const isMine = `request_id = $1 AND round = $2 AND step = $3 AND claims = $4
  AND state = '${waiting}'`;
const keyOf = ({ request, round, step, claims }: DueFinish) => [request, round, step, claims];

export async function renewFinish(
  query: Query,
  due: DueFinish,
  leaseSeconds: number,
): Promise<void> {
  await query(
    `UPDATE request_finishes SET lease_until = now() + make_interval(secs => $5) WHERE ${isMine}`,
    [...keyOf(due), leaseSeconds],
  );
}

/** Runs in one transaction with its results; returns false if another claim was first. */
export async function recordFinish(
  query: Query,
  due: DueFinish,
  results: TaskResult[],
): Promise<boolean> {
  const rows = await query(
    `UPDATE request_finishes SET state = '${finishMoves.succeed.to}', lease_until = NULL
     WHERE ${isMine} RETURNING step`,
    keyOf(due),
  );
  if (rows.length === 0) return false;
  // Results of an earlier round. Their objects, then orphaned, are removed when the request ends.
  await query(`DELETE FROM results WHERE request_id = $1 AND step = $2 AND file_id IS NULL`, [
    due.request,
    due.step,
  ]);
  await query(
    `WITH counter AS (
       UPDATE request_steps s SET result_seq = s.result_seq + $4, version = s.version + 1
       WHERE s.request_id = $1 AND s.step = $2 RETURNING s.result_seq - $4 AS seq
     )
     INSERT INTO results (request_id, file_id, step, attempt, seq, name, size, checksum, etag,
       details)
     SELECT $1, NULL, $2, $3, counter.seq + made.ord, made.name, made.size, made.checksum,
       made.etag, made.details
     FROM counter, ROWS FROM (jsonb_to_recordset($5::jsonb)
       AS (name text, size bigint, checksum text, etag text, details jsonb)) WITH ORDINALITY
       AS made(name, size, checksum, etag, details, ord)`,
    [due.request, due.step, due.claims, results.length, JSON.stringify(results)],
  );
  return true;
}

export async function postponeFinish(
  query: Query,
  due: DueFinish,
  { seconds, reason }: { seconds: number; reason: string },
): Promise<void> {
  await query(
    `UPDATE request_finishes SET failures = failures + 1, reason = $6, lease_until = NULL,
       next_try_at = now() + make_interval(secs => $5) WHERE ${isMine}`,
    [...keyOf(due), seconds, reason],
  );
}

export async function failFinish(query: Query, due: DueFinish, reason: string): Promise<void> {
  await query(
    `UPDATE request_finishes SET state = '${finishMoves.fail.to}', reason = $5, lease_until = NULL
     WHERE ${isMine}`,
    [...keyOf(due), reason],
  );
}

export interface FileResult {
  seq: number;
  file: number;
  replicas: string[];
  name: string;
  size: number;
  checksum: string | null;
  details: Record<string, unknown> | null;
}

/** Results of a step's files, in the order in which they were recorded. */
export function resultsOfStep(
  query: Query,
  request: string,
  step: number,
  after: number,
  limit: number,
): Promise<FileResult[]> {
  return query<FileResult>(
    `SELECT made.seq, files.id AS file, files.paths AS replicas, made.name, made.size,
       made.checksum, made.details
     FROM results made JOIN files ON files.id = made.file_id
     WHERE made.request_id = $1 AND made.step = $2 AND made.seq > $3
       AND made.deleted_at IS NULL ORDER BY made.seq LIMIT $4`,
    [request, step, after, limit],
  );
}

export interface FileFailure {
  file: number;
  replicas: string[];
  class: string | null;
  /** as it was reported last */
  message: string | null;
}

/** Files that failed in a step or before it, in the order of the dataset. */
export function failuresUpTo(
  query: Query,
  request: string,
  step: number,
  after: number,
  limit: number,
): Promise<FileFailure[]> {
  return query<FileFailure>(
    `SELECT f.file_id AS file, files.paths AS replicas, known.class,
       (SELECT h.info FROM file_status h
        WHERE h.request_created = r.created_on AND h.request_id = f.request_id
          AND h.file_id = f.file_id AND h.step = f.step AND h.attempt = f.attempt
          AND h.status IN (${historySql.failure}, ${historySql.retry})
        ORDER BY ${newestFirst("h")} LIMIT 1) AS message
     FROM request_files f
     JOIN requests r ON r.id = f.request_id
     JOIN files ON files.id = f.file_id
     LEFT JOIN error_groups known
       ON known.request_id = f.request_id AND known.fingerprint = f.error_group
     WHERE f.request_id = $1 AND f.step <= $2 AND f.state = ${fileSql.failed} AND f.file_id > $3
     ORDER BY f.file_id LIMIT $4`,
    [request, step, after, limit],
  );
}
