import type { Query } from "../db/client.ts";
import { fileMoveSql } from "../requests/file-move.ts";
import { inIndexOrder, waitingIn } from "../requests/open-files-index.ts";
import { acceptsWork } from "../requests/state.ts";

export interface WaitingFile {
  file: number;
  paths: string[];
  location: string | null;
}

/** The next files that wait in a step and may be tried now. */
export function waitingFiles(
  query: Query,
  request: string,
  step: number,
  limit: number,
): Promise<WaitingFile[]> {
  return query<WaitingFile>(
    `SELECT f.file_id AS file, files.paths, f.location
     FROM request_files f JOIN files ON files.id = f.file_id
     WHERE f.request_id = $1 AND ${waitingIn("$2")}
       AND (f.not_before IS NULL OR f.not_before <= now())
     ${inIndexOrder} LIMIT $3`,
    [request, step, limit],
    "waiting_files",
  );
}

const queueSql = fileMoveSql({
  before: `open_request AS MATERIALIZED (
  SELECT r.id FROM requests r WHERE r.id = $1 AND ${acceptsWork("r")} FOR SHARE
)`,
  candidates: {
    columns: "grouped.task_group AS in_group",
    from: `open_request
  CROSS JOIN unnest($3::bigint[], $4::text[]) AS grouped(file_id, task_group)
  JOIN request_files f ON f.request_id = open_request.id AND f.file_id = grouped.file_id`,
  },
  guard: "step = $2",
  moves: [{ move: "queue" }],
  set: {
    attempt: "moved.attempt + 1",
    not_before: "NULL",
    worker: "NULL",
    lease_until: "NULL",
    task_group: "moved.in_group",
  },
  result: "SELECT count(*) AS n FROM moved",
});

/** Moves waiting files to queued, each in its group, from where they are gathered into tasks. */
export async function queueForTasks(
  query: Query,
  request: string,
  step: number,
  files: { file: number; group: string }[],
): Promise<number> {
  const [row] = await query<{ n: number }>(
    queueSql,
    [request, step, files.map(({ file }) => file), files.map(({ group }) => group)],
    "queue_for_tasks",
  );
  return row?.n ?? 0;
}
