import type { Query } from "../../db/client.ts";
import { fileStates, openRequestStates, sqlList } from "../state.ts";

const requestsSampled = 20_000;
/** A request with more rows loses some; a plot shows no more. */
export const mostRows = 200;
const rowsThinnedTo = 100;

export interface ProgressRow {
  sampled_at: Date;
  total: number;
  done: number;
  failed: number;
  canceled: number;
}

/** Without those that went on, which a later step counts. */
const allFiles = fileStates.map((state) => `steps.${state}`).join(" + ");

/**
 * One row for each open request whose counters have changed since its last row, if that is of an
 * earlier minute; none for files. Returns the requests that have too many rows now.
 */
export async function insertProgress(query: Query): Promise<string[]> {
  const rows = await query<{ request_id: string; place: number }>(
    `WITH counted AS (
       SELECT requests.id, sum(${allFiles})::bigint AS total, sum(steps.done)::bigint AS done,
         sum(steps.failed)::bigint AS failed, sum(steps.canceled)::bigint AS canceled
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       WHERE requests.state IN (${sqlList(openRequestStates)})
       GROUP BY requests.id ORDER BY requests.id LIMIT ${requestsSampled}
     )
     INSERT INTO request_progress AS progress
       (request_id, sampled_at, total, done, failed, canceled, place)
     SELECT id, now(), counted.total, counted.done, counted.failed, counted.canceled,
       coalesce(latest.place, 0) + 1
     FROM counted LEFT JOIN LATERAL (
       SELECT * FROM request_progress AS earlier WHERE earlier.request_id = counted.id
       ORDER BY sampled_at DESC LIMIT 1) AS latest ON true
     WHERE latest.request_id IS NULL
       OR (date_trunc('minute', latest.sampled_at) < date_trunc('minute', now())
         AND (latest.total, latest.done, latest.failed, latest.canceled)
           IS DISTINCT FROM (counted.total, counted.done, counted.failed, counted.canceled))
     ON CONFLICT DO NOTHING
     RETURNING progress.request_id, progress.place`,
    [],
    "insert_progress",
  );
  return rows.filter(({ place }) => place > mostRows).map((row) => row.request_id);
}

/** Of each hundredth of the time, the last row stays. */
export async function thinProgress(query: Query, requests: string[]): Promise<void> {
  await query(
    `WITH span AS (
       SELECT request_id, min(sampled_at) AS first,
         greatest(extract(epoch FROM max(sampled_at) - min(sampled_at)), 1) AS seconds
       FROM request_progress WHERE request_id = ANY($1) GROUP BY request_id
     ), ranked AS (
       SELECT progress.request_id, progress.sampled_at, row_number() OVER (
         PARTITION BY progress.request_id, floor(${rowsThinnedTo} / span.seconds
           * extract(epoch FROM progress.sampled_at - span.first))
         ORDER BY progress.sampled_at DESC) AS rank
       FROM request_progress AS progress JOIN span ON span.request_id = progress.request_id
     )
     DELETE FROM request_progress AS progress USING ranked
     WHERE progress.request_id = ranked.request_id AND progress.sampled_at = ranked.sampled_at
       AND ranked.rank > 1`,
    [requests],
  );
  await query(
    `WITH latest AS (
       SELECT request_id, count(*) AS rows, max(sampled_at) AS sampled_at
       FROM request_progress WHERE request_id = ANY($1) GROUP BY request_id
     )
     UPDATE request_progress AS progress SET place = latest.rows FROM latest
     WHERE progress.request_id = latest.request_id
       AND progress.sampled_at = latest.sampled_at`,
    [requests],
  );
}

export function progressRows(query: Query, request: string): Promise<ProgressRow[]> {
  return query<ProgressRow>(
    `SELECT sampled_at, total, done, failed, canceled FROM request_progress
     WHERE request_id = $1 ORDER BY sampled_at LIMIT ${mostRows + 1}`,
    [request],
  );
}
