import type { Query } from "../../db/client.ts";
import { inIndexOrder, waitingIn } from "../open-files-index.ts";
import { openRequestStates, sqlList } from "../state.ts";

export function openRequestsByState(query: Query): Promise<{ state: string; n: number }[]> {
  return query(
    `SELECT state, count(*) AS n FROM requests WHERE state IN (${sqlList(openRequestStates)}) GROUP BY state`,
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

/** From the counters of open requests: a row a step, never a file. */
export function openFilesByOperation(query: Query): Promise<FilesRow[]> {
  return query<FilesRow>(
    `SELECT s.operation, sum(s.waiting)::bigint AS waiting, sum(s.queued)::bigint AS queued, sum(s.running)::bigint AS running,
       sum(s.done)::bigint AS done, sum(s.failed)::bigint AS failed, sum(s.canceled)::bigint AS canceled
     FROM requests r JOIN request_steps s ON s.request_id = r.id WHERE r.state IN (${sqlList(openRequestStates)}) GROUP BY s.operation`,
    [],
    "gauge_files",
  );
}

/**
 * How long the first waiting file has waited, by operation and step, over the two hundred oldest
 * requests that have any: one look into the index for each, since files are published in the order
 * of their ids.
 */
export function oldestWaiting(
  query: Query,
): Promise<{ operation: string; step: number; seconds: number }[]> {
  return query(
    `SELECT k.operation, k.step, extract(epoch FROM max(now() - w.updated_at))::float8 AS seconds
     FROM (SELECT s.request_id, s.step, s.operation FROM requests r JOIN request_steps s ON s.request_id = r.id
           WHERE r.state IN (${sqlList(openRequestStates)}) AND s.waiting > 0 ORDER BY r.created_at LIMIT 200) k
     CROSS JOIN LATERAL (SELECT f.updated_at FROM request_files f WHERE f.request_id = k.request_id AND ${waitingIn("k.step")}
           ${inIndexOrder} LIMIT 1) w
     GROUP BY k.operation, k.step`,
    [],
    "gauge_oldest",
  );
}
