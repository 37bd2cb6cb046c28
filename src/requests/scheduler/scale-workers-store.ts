import type { Query } from "../../db/client.ts";
import { hasWorkload } from "../has-workload.ts";
import { fileSql, sqlList, stoppableStates } from "../state.ts";
import type { OpenWork } from "./most-busy.ts";

/**
 * Published and running files of these operations that our own workers perform, by operation and
 * user; and by request where the limit of its workers is over several operations. Withheld files
 * are not published, and need a worker that has not given them back.
 */
export function openWork(query: Query, operations: string[]): Promise<OpenWork[]> {
  return query<OpenWork>(
    `WITH withheld_files AS MATERIALIZED (
       SELECT request_id, step, count(*) AS files FROM request_files
       WHERE withheld AND state = ${fileSql.waiting} GROUP BY request_id, step
     ), open_steps AS (
       SELECT requests.id, requests.owner, requests.workers, steps.operation,
         sum(steps.queued + steps.running + coalesce(withheld_files.files, 0)) AS files,
         count(*) OVER (PARTITION BY requests.id) AS operations
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       LEFT JOIN withheld_files
         ON withheld_files.request_id = steps.request_id AND withheld_files.step = steps.step
       WHERE requests.state IN (${sqlList(stoppableStates)})
         AND requests.ending IS NULL
         AND steps.operation = ANY($1) AND NOT ${hasWorkload("steps")}
         AND steps.queued + steps.running + coalesce(withheld_files.files, 0) > 0
       GROUP BY requests.id, steps.operation
     ), by_user AS (
       SELECT operation, owner,
         CASE WHEN operations > 1 AND workers IS NOT NULL THEN id END AS request,
         max(workers) AS workers, sum(least(workers, files)) AS files
       FROM open_steps GROUP BY operation, owner, request
     )
     SELECT by_user.operation, by_user.owner, by_user.request, by_user.workers::int AS workers,
       by_user.files::bigint AS files, limits.slots, limits.slots_per_user AS "slotsPerUser"
     FROM by_user LEFT JOIN operation_limits AS limits ON limits.operation = by_user.operation`,
    [operations],
    "open_work",
  );
}

/** What all operations together may run at once; null: one of them has no limit. */
export async function totalSlots(query: Query, operations: string[]): Promise<number | null> {
  const [row] = await query<{ slots: number | null }>(
    `SELECT CASE WHEN count(*) = count(limits.slots) THEN sum(limits.slots)::bigint END AS slots
     FROM unnest($1::text[]) AS offered(operation)
     LEFT JOIN operation_limits AS limits ON limits.operation = offered.operation`,
    [operations],
    "total_slots",
  );
  return row?.slots ?? null;
}
