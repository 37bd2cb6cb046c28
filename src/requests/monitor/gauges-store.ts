import type { Query } from "../../db/client.ts";
import { inIndexOrder, waitingIn } from "../open-files-index.ts";
import { type FileState, fileStates, openRequestStates, sqlList } from "../state.ts";

export function openRequestsByState(query: Query): Promise<{ state: string; n: number }[]> {
  return query(
    `SELECT state, count(*) AS n FROM requests
     WHERE state IN (${sqlList(openRequestStates)}) GROUP BY state`,
    [],
    "gauge_requests",
  );
}

export interface FilesRow {
  operation: string;
  waiting: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  canceled: number;
}

/** From the counters of open requests: reads a row for each step, none for files. */
export function openFilesByOperation(query: Query): Promise<FilesRow[]> {
  return query<FilesRow>(
    `SELECT steps.operation, ${fileStates.map(sumOf).join(",\n       ")}
     FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
     WHERE requests.state IN (${sqlList(openRequestStates)}) GROUP BY steps.operation`,
    [],
    "gauge_files",
  );
}

function sumOf(state: FileState): string {
  return `sum(steps.${state})::bigint AS ${state}`;
}

/**
 * How long the first waiting file has waited, by operation and step, over the two hundred oldest
 * requests that have waiting files. Files are published in the order of their ids, so each takes
 * one read of the index.
 */
export function oldestWaiting(
  query: Query,
): Promise<{ operation: string; step: number; seconds: number }[]> {
  return query(
    `WITH oldest_steps AS (
       SELECT steps.request_id, steps.step, steps.operation
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       WHERE requests.state IN (${sqlList(openRequestStates)}) AND steps.waiting > 0
       ORDER BY requests.created_at LIMIT 200
     )
     SELECT operation, step,
       extract(epoch FROM max(now() - first_file.updated_at))::float8 AS seconds
     FROM oldest_steps CROSS JOIN LATERAL (
       SELECT f.updated_at FROM request_files f
       WHERE f.request_id = oldest_steps.request_id AND ${waitingIn("oldest_steps.step")}
       ${inIndexOrder} LIMIT 1
     ) AS first_file
     GROUP BY operation, step`,
    [],
    "gauge_oldest",
  );
}
