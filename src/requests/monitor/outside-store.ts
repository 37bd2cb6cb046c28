import type { Query } from "../../db/client.ts";
import { taskFileMoves } from "../../tasks/state.ts";

const open = taskFileMoves.gather.to;

/** The note of the task that has the first open file of a request's step. */
export async function noteOfTasks(
  query: Query,
  request: string,
  step: number,
): Promise<string | undefined> {
  const [row] = await query<{ note: string | null }>(
    `SELECT t.note FROM task_files m JOIN tasks t ON t.id = m.task_id
     WHERE m.request_id = $1 AND m.step = $2 AND m.state = '${open}' AND t.note IS NOT NULL
     ORDER BY m.file_id LIMIT 1`,
    [request, step],
    "note_of_tasks",
  );
  return row?.note ?? undefined;
}
