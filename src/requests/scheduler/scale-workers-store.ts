import type { Query } from "../../db/client.ts";
import { sqlList, stoppableStates } from "../state.ts";

/**
 * Number of workers that could be busy now with published or running files of these operations,
 * within the limits of requests, users and operations.
 */
export async function usefulWorkers(query: Query, operations: string[]): Promise<number> {
  const [row] = await query<{ workers: number }>(
    `WITH open_steps AS (
       SELECT requests.id, requests.owner, requests.workers AS most, steps.operation,
         sum(steps.queued + steps.running) AS files
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       WHERE requests.state IN (${sqlList(stoppableStates)})
         AND requests.ending IS NULL
         AND steps.operation = ANY($1)
       GROUP BY requests.id, steps.operation
     ), by_request AS (
       SELECT least(max(most), sum(files)) AS workers FROM open_steps GROUP BY id
     ), by_user AS (
       SELECT operation, owner, sum(least(most, files)) AS workers
       FROM open_steps GROUP BY operation, owner
     ), by_operation AS (
       SELECT least(max(limits.slots),
         sum(least(limits.slots_per_user, by_user.workers))) AS workers
       FROM by_user LEFT JOIN operation_limits AS limits USING (operation) GROUP BY operation
     )
     SELECT coalesce(least((SELECT sum(workers) FROM by_request),
       (SELECT sum(workers) FROM by_operation)), 0)::bigint AS workers`,
    [operations],
    "useful_workers",
  );
  return row?.workers ?? 0;
}
