import type { Query } from "../../db/client.ts";

export interface ProgressRow {
  request: string;
  round: number;
  operation: string;
  finished: number;
  queued: number;
  running: number;
}

const mostRows = 20_000;

/** The counters of open requests: a row a step, never a file. */
export function openProgress(query: Query): Promise<ProgressRow[]> {
  return query<ProgressRow>(
    `SELECT s.request_id AS request, r.round, s.operation, s.passed + s.done + s.failed + s.canceled AS finished, s.queued, s.running
     FROM requests r JOIN request_steps s ON s.request_id = r.id WHERE r.state IN ('lookup', 'running') LIMIT ${mostRows}`,
    [],
    "open_progress",
  );
}

/** When the first of the waiting files is tried again; looks at a thousand of them at most. */
export async function soonestRetry(query: Query, id: string): Promise<Date | undefined> {
  const [row] = await query<{ at: Date | null }>(
    `SELECT min(not_before) AS at FROM (
       SELECT not_before FROM request_files WHERE request_id = $1 AND state = 'waiting' ORDER BY step, file_id LIMIT 1000) w WHERE not_before > now()`,
    [id],
    "soonest_retry",
  );
  return row?.at ?? undefined;
}
