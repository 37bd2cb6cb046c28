import type { Query } from "../../db/client.ts";
import { waitingIn } from "../open-files-index.ts";
import { openRequestStates, requestMoves, requestSql, sqlList, stoppableStates } from "../state.ts";
import { windowSql } from "./window.ts";

/**
 * A file of a step that could be published now. The subquery is correlated and limited, so that
 * the planner never reads all files at once for it.
 */
const hasReadyFile = `coalesce((
  SELECT true FROM request_files f
  WHERE f.request_id = steps.request_id AND ${waitingIn("steps.step")} AND NOT f.withheld
    AND (f.not_before IS NULL OR f.not_before <= now())
  LIMIT 1), false)`;

export interface WindowRule {
  /** operations whose files are published without a window */
  unlimited: string[];
  /** most workers at once, where a request has no limit of its own */
  capacity: number;
}

const deleting = requestMoves.delete.to;

const isFilledNow = windowSql.isFilledNow(
  "published_window.most",
  "published_window.published",
  "published_window.queued",
);

/**
 * Requests that are open or being deleted, for which `advance` has something to do, in case a
 * notification was lost. One whose window is full, or whose files are with workers or wait for
 * their time, needs nothing.
 */
export async function requestsToAdvance(
  query: Query,
  { unlimited, capacity }: WindowRule,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT requests.id
     FROM requests JOIN datasets ON datasets.id = requests.dataset_id
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(queued) FILTER (WHERE operation <> ALL($3)), 0) AS queued,
         coalesce(sum(queued + running) FILTER (WHERE operation <> ALL($3)), 0) AS published,
         sum(waiting + queued + running) AS unsettled,
         min(registered) FILTER (WHERE step = 1) AS registered,
         ${windowSql.windowOf("coalesce(requests.workers, $4::int)")} AS most
       FROM request_steps WHERE request_id = requests.id
     ) AS published_window
     WHERE requests.state IN (${sqlList([...openRequestStates, deleting])})
       AND requests.id > $1::uuid
       AND (requests.state IN (${sqlList(["submitted", "canceling", deleting])})
         OR requests.ending IS NOT NULL OR requests.deadline < now()
         OR (requests.state = ${requestSql.lookup} AND datasets.outcome IS NOT NULL)
         OR (requests.state = ${requestSql.running} AND published_window.unsettled = 0)
         OR published_window.registered < datasets.file_count
         OR EXISTS (
           SELECT FROM request_steps AS steps
           WHERE steps.request_id = requests.id AND steps.waiting > 0
             AND (steps.operation = ANY($3)
               OR ${isFilledNow})
             AND ${hasReadyFile}))
     ORDER BY requests.id LIMIT $2`,
    [after, limit, unlimited, capacity],
    "requests_to_advance",
  );
  return rows.map((row) => row.id);
}

export async function requestsOfDataset(query: Query, datasetId: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests WHERE dataset_id = $1
       AND state IN (${sqlList(stoppableStates)})`,
    [datasetId],
  );
  return rows.map((row) => row.id);
}
