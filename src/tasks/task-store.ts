import type { Query } from "../db/client.ts";
import { sqlList } from "../requests/state.ts";
import { activeTaskStates, type TaskFileState, type TaskState, taskMoves } from "./state.ts";

export interface DueTask {
  id: string;
  operation: string;
  group: string;
  state: TaskState;
  externalRef: string | null;
  turn: number;
  abort: boolean;
  release: boolean;
}

export interface ClaimFilter {
  operations: string[];
  agent: string;
  leaseSeconds: number;
  limit: number;
  offsetSeconds: number;
}

/** Leases the tasks that are due, the longest due first. */
export function claimDue(query: Query, filter: ClaimFilter): Promise<DueTask[]> {
  const { operations, agent, leaseSeconds, limit, offsetSeconds } = filter;
  return query<DueTask>(
    `WITH due AS MATERIALIZED (
       SELECT t.id FROM tasks t
       WHERE t.operation = ANY($1) AND t.next_check_at <= now() + make_interval(secs => $5)
         AND (t.lease_until IS NULL OR t.lease_until <= now())
       ORDER BY t.next_check_at LIMIT $4 FOR UPDATE SKIP LOCKED
     )
     UPDATE tasks t SET lease_until = now() + make_interval(secs => $3), leased_by = $2,
       turn = t.turn + 1, woken = false, updated_at = now()
     FROM due WHERE t.id = due.id
     RETURNING t.id, t.operation, t.group_key AS "group", t.state, t.external_ref AS "externalRef",
       t.turn, ${owes("abort")} AS abort, ${owes("release")} AS release`,
    [operations, agent, leaseSeconds, limit, offsetSeconds],
    "claim_due_tasks",
  );
}

function owes(state: TaskFileState, task = "t.id"): string {
  return `EXISTS (SELECT FROM task_files m WHERE m.task_id = ${task} AND m.state = '${state}')`;
}

export interface LockedTask {
  id: string;
  operation: string;
  state: TaskState;
  failures: number;
  leasedBy: string | null;
  turn: number;
  woken: boolean;
}

export async function lockTask(query: Query, id: string): Promise<LockedTask | undefined> {
  const [row] = await query<LockedTask>(
    `SELECT id, operation, state, failures, leased_by AS "leasedBy", turn, woken
     FROM tasks WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return row;
}

export async function operationOfTask(query: Query, id: string): Promise<string | undefined> {
  const [row] = await query<{ operation: string }>(`SELECT operation FROM tasks WHERE id = $1`, [
    id,
  ]);
  return row?.operation;
}

export async function renewTask(query: Query, id: string, leaseSeconds: number): Promise<void> {
  await query(`UPDATE tasks SET lease_until = now() + make_interval(secs => $2) WHERE id = $1`, [
    id,
    leaseSeconds,
  ]);
}

export interface Turn {
  /** `start` has returned */
  started: boolean;
  externalRef: string | null;
  /** null: the last one stays */
  note: string | null;
  failures: number;
  /** seconds until the next turn; 0: at once */
  againInSeconds: number;
}

/**
 * Ends an agent's turn and records its findings. The state follows from what the task still has to
 * do; without anything to do it has no next turn.
 */
export async function endTurn(
  query: Query,
  id: string,
  { started, externalRef, note, failures, againInSeconds }: Turn,
  offsetSeconds: number,
): Promise<TaskState> {
  const { start, settle, end } = taskMoves;
  const [row] = await query<{ state: TaskState }>(
    `WITH owed AS (
       SELECT ${owes("open", "$1")} AS open, ${owes("held", "$1")} AS held,
         ${owes("abort", "$1")} OR ${owes("release", "$1")} AS pressing
     )
     UPDATE tasks t SET
       external_ref = coalesce($3, t.external_ref), note = coalesce($4, t.note), failures = $5,
       lease_until = NULL, leased_by = NULL, woken = false, updated_at = now(),
       state = CASE
         WHEN NOT (owed.open OR owed.held OR owed.pressing) THEN '${end.to}'
         WHEN NOT owed.open AND t.state IN (${sqlList(settle.from)}) THEN '${settle.to}'
         WHEN $2 AND t.state IN (${sqlList(start.from)}) THEN '${start.to}'
         ELSE t.state END,
       next_check_at = CASE
         WHEN $5 = 0 AND (owed.pressing OR (t.woken AND owed.open)) THEN now()
         WHEN owed.pressing OR owed.open
           THEN now() + make_interval(secs => $6::float8 + $7::float8)
         END
     FROM owed WHERE t.id = $1 RETURNING t.state`,
    [id, started, externalRef, note, failures, againInSeconds, offsetSeconds],
  );
  return row?.state ?? end.to;
}

/**
 * A call-back: makes these tasks due now. A task that is in a turn is due again after it.
 */
export async function wakeTasks(
  query: Query,
  operation: string,
  { tasks, externalRefs }: { tasks: string[]; externalRefs: string[] },
): Promise<number> {
  const rows = await query(
    `UPDATE tasks SET woken = true, next_check_at = least(next_check_at, now()), updated_at = now()
     WHERE operation = $1 AND state IN (${sqlList(activeTaskStates)}) AND (
       id = ANY($2::uuid[]) OR external_ref = ANY($3)
       OR (external_ref IS NULL AND cardinality($3::text[]) > 0)) RETURNING id`,
    [operation, tasks, externalRefs],
  );
  return rows.length;
}

/** Ended tasks are kept for a while, so that users can see what happened. */
export async function deleteEndedTasks(query: Query, olderThanSeconds: number): Promise<number> {
  const rows = await query(
    `DELETE FROM tasks WHERE id IN (
       SELECT id FROM tasks WHERE state = '${taskMoves.end.to}'
         AND updated_at < now() - make_interval(secs => $1) LIMIT 1000) RETURNING id`,
    [olderThanSeconds],
  );
  return rows.length;
}
