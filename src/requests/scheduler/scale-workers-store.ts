import type { Query } from "../../db/client.ts";

/**
 * Number of workers that could be busy now with files of these operations: published or running
 * ones, and of a request that limits its workers no more than it allows.
 */
export async function usefulWorkers(query: Query, operations: string[]): Promise<number> {
  const [row] = await query<{ workers: number }>(
    `WITH open_requests AS (
       SELECT requests.workers AS most, sum(steps.queued + steps.running)::bigint AS files
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       WHERE requests.state IN ('submitted', 'lookup', 'running') AND requests.ending IS NULL
         AND steps.operation = ANY($1)
       GROUP BY requests.id
     )
     SELECT coalesce(sum(least(most, files)), 0)::bigint AS workers FROM open_requests`,
    [operations],
    "useful_workers",
  );
  return row?.workers ?? 0;
}
