import type { Query } from "../db/client.ts";
import { fileMoves, sqlList } from "../requests/state.ts";
import { remembered } from "./left-files-store.ts";
import { type TaskFileState, taskFileMoves } from "./state.ts";

export interface TaskFileRow {
  request: string;
  file: number;
  step: number;
  attempt: number;
  settings: Record<string, unknown>;
  paths: string[];
  location: string | null;
  /** names of the objects that the step before made */
  inputs: string[];
  /** the secrets of `paths` and `location`, encrypted */
  sealed: Buffer | null;
  location_sealed: Buffer | null;
}

export interface FilePage {
  state: TaskFileState;
  after: { request: string; file: number };
  limit: number;
}

/**
 * Files of a task in one state, a page at a time. Those to abort or release may have no other row.
 */
export function taskFiles(
  query: Query,
  task: string,
  { state, after, limit }: FilePage,
): Promise<TaskFileRow[]> {
  return query<TaskFileRow>(
    `SELECT m.request_id AS request, m.file_id AS file, m.step, m.attempt,
       coalesce(m.settings, s.settings, '{}') AS settings,
       coalesce(m.replicas, files.paths, '{}') AS paths,
       CASE WHEN m.replicas IS NULL THEN f.location END AS location,
       ARRAY(SELECT results.name FROM results
             WHERE results.request_id = m.request_id AND results.file_id = m.file_id
               AND results.step = m.step - 1 AND results.deleted_at IS NULL
             ORDER BY results.name) AS inputs,
       (SELECT secrets.sealed FROM file_secrets secrets
        WHERE secrets.file_id = m.file_id) AS sealed,
       (SELECT secrets.sealed FROM location_secrets secrets
        WHERE secrets.request_id = m.request_id AND secrets.file_id = m.file_id
       ) AS location_sealed
     FROM task_files m
     LEFT JOIN request_files f ON f.request_id = m.request_id AND f.file_id = m.file_id
     LEFT JOIN request_steps s ON s.request_id = m.request_id AND s.step = m.step
     LEFT JOIN files ON files.id = m.file_id
     WHERE m.task_id = $1 AND m.state = $2 AND (m.request_id, m.file_id) > ($3::uuid, $4::bigint)
     ORDER BY m.request_id, m.file_id LIMIT $5`,
    [task, state, after.request, after.file, limit],
    "task_files",
  );
}

export interface OpenFile {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

/** Which of these files the task has open, with the attempt that it has. */
export function openFilesOf(
  query: Query,
  task: string,
  keys: { request: string; file: number }[],
): Promise<OpenFile[]> {
  return query<OpenFile>(
    `SELECT m.request_id AS request, m.file_id AS file, m.step, m.attempt
     FROM ${named("$2", "$3")}
     JOIN task_files m ON m.task_id = $1 AND m.request_id = named.request_id
       AND m.file_id = named.file_id AND m.state IN (${sqlList(taskFileMoves.hold.from)})
     ORDER BY m.request_id, m.file_id`,
    [task, ...arraysOf(keys)],
    "open_files_of_task",
  );
}

/**
 * These files have left the task by its own outcome. One that goes to another step no longer needs
 * what an earlier task holds for it; what this task left is held while the next step needs it.
 */
export async function leaveTask(
  query: Query,
  task: string,
  files: { request: string; file: number }[],
  { changesStep, holds }: { changesStep: boolean; holds: boolean },
): Promise<void> {
  const keys = arraysOf(files);
  await query(
    `WITH left_files AS MATERIALIZED (
       SELECT f.request_id, f.file_id, m.step FROM ${named("$2", "$3")}
       JOIN request_files f ON f.request_id = named.request_id AND f.file_id = named.file_id
       JOIN task_files m ON m.task_id = $1 AND m.request_id = f.request_id AND m.file_id = f.file_id
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     )
     UPDATE request_files f SET task = nullif(f.task, $1),
       held_step = CASE WHEN $4 THEN CASE WHEN $5 THEN left_files.step END ELSE f.held_step END
     FROM left_files WHERE f.request_id = left_files.request_id AND f.file_id = left_files.file_id`,
    [task, ...keys, changesStep, holds],
  );
  if (changesStep) await releaseEarlier(query, task, keys);
  await query(
    holds
      ? `UPDATE task_files m SET state = '${taskFileMoves.hold.to}' FROM ${named("$2", "$3")}
         WHERE ${isNamed} AND m.state IN (${sqlList(taskFileMoves.hold.from)})`
      : `DELETE FROM task_files m USING ${named("$2", "$3")} WHERE ${isNamed}`,
    [task, ...keys],
  );
}

async function releaseEarlier(
  query: Query,
  task: string,
  keys: [string[], number[]],
): Promise<void> {
  await query(
    `WITH released AS (
       UPDATE task_files m SET ${remembered("release")} FROM ${named("$2", "$3")}
       WHERE m.request_id = named.request_id AND m.file_id = named.file_id AND m.task_id <> $1
         AND m.state IN (${sqlList(taskFileMoves.release.from)}) RETURNING m.task_id
     )
     UPDATE tasks SET next_check_at = now(), woken = true
     WHERE id IN (SELECT task_id FROM released)`,
    [task, ...keys],
  );
}

function named(requests: string, files: string): string {
  return `unnest(${requests}::uuid[], ${files}::bigint[]) AS named(request_id, file_id)`;
}

const isNamed = "m.task_id = $1 AND m.request_id = named.request_id AND m.file_id = named.file_id";

/** The task owes these files nothing more: aborted, or released. */
export async function forgetFiles(
  query: Query,
  task: string,
  state: TaskFileState,
  files: { request: string; file: number }[],
): Promise<void> {
  await query(
    `DELETE FROM task_files m USING ${named("$2", "$3")}
     WHERE ${isNamed} AND m.state = $4`,
    [task, ...arraysOf(files), state],
  );
}

/**
 * Aborts open files of the task that are already in another attempt, task or state, where its
 * outcome no longer counts.
 */
export async function abortStale(
  query: Query,
  task: string,
  files: { request: string; file: number }[],
): Promise<void> {
  await query(
    `UPDATE task_files m SET ${remembered("abort")}
     FROM ${named("$2", "$3")}
     WHERE ${isNamed} AND m.state IN (${sqlList(taskFileMoves.abort.from)})
       AND NOT EXISTS (SELECT FROM request_files f WHERE f.request_id = m.request_id
         AND f.file_id = m.file_id AND f.task = $1 AND f.state = '${fileMoves.gather.to}')`,
    [task, ...arraysOf(files)],
  );
}

/** For `unnest`: the requests, and the files. */
export function arraysOf(keys: { request: string; file: number }[]): [string[], number[]] {
  return [keys.map(({ request }) => request), keys.map(({ file }) => file)];
}
