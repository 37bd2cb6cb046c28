// Which files were asked for, by which key for which Globus task, and how each stands in the
// ledger.
import { createHash } from "node:crypto";
import type { Query } from "../../db/client.ts";
import { newestFirst } from "../../requests/history-order.ts";
import {
  type FileState,
  finalFileStates,
  historySql,
  type RequestState,
  sqlList,
} from "../../requests/state.ts";

/** One file of one Globus task, as one key asks for it. */
export interface CallKey {
  key: string;
  globusTask: string;
  path: string;
}

export interface NewCall extends CallKey {
  owner: string;
  /** empty: that of the file's first copy */
  library: string;
}

export interface CallRow {
  /** null: it waits for others to be asked for */
  batch: string | null;
  /** since it waits, or is in its batch */
  waitedSeconds: number;
  /** why no request could be made of those that wait */
  problem: string | null;
  times: number;
  /** null: its request is not recorded yet, or deleted */
  request: string | null;
  requestState: RequestState | null;
  reason: string | null;
  file: number | null;
  fileState: FileState | null;
  /** since it is in that state */
  fileSeconds: number | null;
  errorClass: string | null;
}

const hashOf = (path: string) => createHash("sha256").update(path).digest();
const own = "c.key = $1 AND c.globus_task = $2 AND c.path_hash = $3";
const ownParams = ({ key, globusTask, path }: CallKey) => [key, globusTask, hashOf(path)];

const ofLedger = `LEFT JOIN requests r
    ON r.owner = c.owner AND r.idempotency_key = c.batch::text
  LEFT JOIN files ON files.dataset_id = r.dataset_id AND files.seq = c.seq
  LEFT JOIN request_files f ON f.request_id = r.id AND f.file_id = files.id`;

export async function findCall(query: Query, call: CallKey): Promise<CallRow | undefined> {
  const [row] = await query<CallRow>(
    `SELECT c.batch, extract(epoch FROM now() - c.asked_at)::float8 AS "waitedSeconds",
       c.problem, c.times, r.id AS request, r.state AS "requestState", r.reason,
       f.file_id AS file, f.state AS "fileState",
       extract(epoch FROM now() - f.updated_at)::float8 AS "fileSeconds",
       error.class AS "errorClass"
     FROM tape_calls c ${ofLedger}
     LEFT JOIN error_groups error ON error.request_id = r.id AND error.fingerprint = f.error_group
     WHERE ${own}`,
    ownParams(call),
    "find_tape_call",
  );
  return row;
}

/** What the last failure of a file said. */
export async function lastFailure(
  query: Query,
  request: string,
  file: number,
): Promise<string | undefined> {
  const [row] = await query<{ info: string | null }>(
    `SELECT h.info FROM file_status h JOIN requests r
       ON r.id = h.request_id AND r.created_on = h.request_created
     WHERE r.id = $1 AND h.file_id = $2 AND h.status = ${historySql.failure}
     ORDER BY ${newestFirst("h")} LIMIT 1`,
    [request, file],
  );
  return row?.info ?? undefined;
}

/** Two calls at once add one row. */
export async function addCall(query: Query, call: NewCall): Promise<void> {
  await query(
    `INSERT INTO tape_calls (key, globus_task, path_hash, path, owner, library)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key, globus_task, path_hash) DO NOTHING`,
    [...ownParams(call), call.path, call.owner, call.library],
    "add_tape_call",
  );
}

/** It waits again, if it is still as it was read: its data has left the disk since. */
export async function askAgain(query: Query, call: CallKey, batch: string | null): Promise<void> {
  await query(
    `UPDATE tape_calls c SET batch = NULL, seq = NULL, times = times + 1, is_open = true,
       asked_at = now()
     WHERE ${own} AND c.batch = $4`,
    [...ownParams(call), batch],
    "ask_tape_again",
  );
}

/** It counts no longer among the files that a key asks for at once. */
export async function closeCall(query: Query, call: CallKey): Promise<void> {
  await query(
    `UPDATE tape_calls c SET is_open = false WHERE ${own} AND c.is_open`,
    ownParams(call),
    "close_tape_call",
  );
}

/** Two callers with the key do not count at once: each sees what the other has added. */
export async function lockKey(query: Query, key: string): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", [key, keyLock]);
}

/** Sets these locks apart from other advisory locks. */
const keyLock = 72707373;

/** Whether the key has so many files open already. */
export async function hasOpen(query: Query, key: string, most: number): Promise<boolean> {
  const [row] = await query<{ n: number }>(
    `SELECT count(*) AS n FROM (
       SELECT FROM tape_calls WHERE key = $1 AND is_open LIMIT $2) AS first_calls`,
    [key, most],
    "open_tape_calls",
  );
  return (row?.n ?? 0) >= most;
}

/** Files whose end nobody has asked about. A deleted request has none. */
export async function closeEnded(query: Query, key: string): Promise<void> {
  await query(
    `UPDATE tape_calls t SET is_open = false
     FROM tape_calls c ${ofLedger}
     WHERE c.key = $1 AND c.is_open AND t.key = c.key AND t.globus_task = c.globus_task
       AND t.path_hash = c.path_hash AND (f.state IN (${sqlList(finalFileStates)})
         OR r.finished_at IS NOT NULL
         OR (r.id IS NULL AND c.batch IS NOT NULL AND c.asked_at < now() - interval '1 hour'))`,
    [key],
    "close_ended_tape_calls",
  );
}

export interface WaitingGroup {
  key: string;
  owner: string;
  globusTask: string;
  library: string;
}

/** Files that wait so long that they become a request now, by what they have in common. */
export function dueGroups(query: Query, seconds: number): Promise<WaitingGroup[]> {
  return query<WaitingGroup>(
    `SELECT DISTINCT key, owner, globus_task AS "globusTask", library FROM tape_calls
     WHERE batch IS NULL AND asked_at <= now() - make_interval(secs => $1::float8)`,
    [seconds],
    "due_tape_calls",
  );
}

/** Makes a batch of files of the group, in the order of their paths; returns their number. */
export async function makeBatch(
  query: Query,
  { key, owner, globusTask, library }: WaitingGroup,
  batch: string,
  limit: number,
): Promise<number> {
  const rows = await query(
    `WITH waiting AS MATERIALIZED (
       SELECT path_hash, path FROM tape_calls
       WHERE batch IS NULL AND key = $1 AND owner = $2 AND globus_task = $3 AND library = $4
       ORDER BY asked_at LIMIT $6 FOR UPDATE SKIP LOCKED
     ), numbered AS (
       SELECT path_hash, row_number() OVER (ORDER BY path COLLATE "C") AS seq FROM waiting
     )
     UPDATE tape_calls c SET batch = $5, seq = numbered.seq, problem = NULL, asked_at = now()
     FROM numbered
     WHERE c.key = $1 AND c.globus_task = $3 AND c.path_hash = numbered.path_hash
     RETURNING c.seq`,
    [key, owner, globusTask, library, batch, limit],
    "make_tape_batch",
  );
  return rows.length;
}

/** The paths of a batch, in their order. */
export async function batchPaths(query: Query, batch: string): Promise<string[]> {
  const rows = await query<{ path: string }>(
    "SELECT path FROM tape_calls WHERE batch = $1 ORDER BY seq",
    [batch],
    "tape_batch",
  );
  return rows.map(({ path }) => path);
}

/** No request is made of the batch, or it is deleted: its files wait again. */
export async function dissolveBatch(
  query: Query,
  batch: string,
  problem: string | null,
): Promise<void> {
  await query(
    `UPDATE tape_calls SET batch = NULL, seq = NULL, problem = $2, asked_at = now()
     WHERE batch = $1`,
    [batch, problem],
    "dissolve_tape_batch",
  );
}

/** Calls of long ago, a thousand of them. */
export async function deleteOldCalls(query: Query, days: number): Promise<void> {
  await query(
    `DELETE FROM tape_calls WHERE (key, globus_task, path_hash) IN (
       SELECT key, globus_task, path_hash FROM tape_calls
       WHERE asked_at < now() - make_interval(days => $1::int) ORDER BY asked_at LIMIT 1000)`,
    [days],
    "delete_old_tape_calls",
  );
}
