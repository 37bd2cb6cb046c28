import type { Query } from "../db/client.ts";
import { fileMoves, finalFileStates, historySql, sqlList } from "../requests/state.ts";
import { taskFileMoves } from "./state.ts";

const leftTask = `(f.task IS NOT NULL AND f.state <> '${fileMoves.gather.to}')`;
const leftHold = `(f.held_step IS NOT NULL AND (f.step > f.held_step + 1
  OR f.state IN (${sqlList(finalFileStates)})))`;

/**
 * Marks files that left a task without its outcome (canceled, ended), and files that left the step
 * for which something is held: their tasks have to abort or release them. Whichever statement moved
 * the file, it is in the index of such files, which is usually empty. A file whose success is
 * recorded is left to the next poll of its task, which completes what was interrupted.
 */
export async function markLeftFiles(
  query: Query,
  { request, limit }: { request: string | null; limit: number },
): Promise<number> {
  const [row] = await query<{ n: number }>(
    `WITH left_files AS MATERIALIZED (
       SELECT f.request_id, f.file_id, f.task, f.state, f.location, ${leftTask} AS left_task,
         ${leftHold} AS left_hold
       FROM request_files f JOIN requests r ON r.id = f.request_id
       WHERE (${leftTask} OR ${leftHold}) AND ($1::uuid IS NULL OR f.request_id = $1)
         AND NOT (${leftTask} AND EXISTS (
           SELECT FROM task_files m JOIN file_status h ON h.request_created = r.created_on
             AND h.request_id = m.request_id AND h.file_id = m.file_id AND h.step = m.step
             AND h.attempt = m.attempt AND h.status = ${historySql.success}
           WHERE m.task_id = f.task AND m.request_id = f.request_id AND m.file_id = f.file_id))
       ORDER BY f.request_id, f.file_id LIMIT $2 FOR UPDATE OF f SKIP LOCKED
     ), file_rows AS (
       UPDATE request_files f SET
         task = CASE WHEN left_files.left_task THEN NULL ELSE f.task END,
         held_step = CASE WHEN left_files.left_hold THEN NULL ELSE f.held_step END
       FROM left_files WHERE f.request_id = left_files.request_id AND f.file_id = left_files.file_id
     ), members AS (
       UPDATE task_files m SET ${remembered("either")}
       FROM left_files
       WHERE m.request_id = left_files.request_id AND m.file_id = left_files.file_id
         AND ((m.state IN (${sqlList(taskFileMoves.abort.from)}) AND left_files.left_task)
           OR (m.state IN (${sqlList(taskFileMoves.release.from)}) AND left_files.left_hold))
       RETURNING m.task_id
     ), woken AS (
       UPDATE tasks SET next_check_at = now(), woken = true
       WHERE id IN (SELECT task_id FROM members)
     )
     SELECT count(*) AS n FROM left_files`,
    [request, limit],
    "mark_left_files",
  );
  return row?.n ?? 0;
}

/**
 * The new state of a row of `task_files m`, with what is needed once the request's rows are gone.
 */
export function remembered(move: "abort" | "release" | "either"): string {
  const { abort, release } = taskFileMoves;
  const isOpen = `m.state IN (${sqlList(abort.from)})`;
  const state =
    move === "either"
      ? `CASE WHEN ${isOpen} THEN '${abort.to}' ELSE '${release.to}' END`
      : `'${taskFileMoves[move].to}'`;
  return `state = ${state},
         replicas = coalesce(m.replicas, (SELECT CASE
             WHEN ${isOpen} AND f.location IS NOT NULL THEN ARRAY[f.location]
             ELSE files.paths END
           FROM files LEFT JOIN request_files f ON f.request_id = m.request_id
             AND f.file_id = m.file_id WHERE files.id = m.file_id)),
         settings = coalesce(m.settings, (SELECT s.settings FROM request_steps s
           WHERE s.request_id = m.request_id AND s.step = m.step))`;
}
