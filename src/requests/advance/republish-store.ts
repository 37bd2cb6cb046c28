import type { Query } from "../../db/client.ts";
import { hasWorkload } from "../has-workload.ts";
import { acceptsWork, fileSql, openFileStates, sqlList } from "../state.ts";

export interface OverdueStep {
  request: string;
  step: number;
  operation: string;
}

/**
 * Steps with a queued file that no worker has started in its time, in the order of requests and
 * steps, after the given one. The subquery is limited, so that the planner never reads all files.
 */
export function overdueSteps(
  query: Query,
  after: { request: string; step: number },
  limit: number,
): Promise<OverdueStep[]> {
  return query<OverdueStep>(
    `SELECT steps.request_id AS request, steps.step, steps.operation
     FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
     WHERE ${acceptsWork("requests")} AND steps.queued > 0 AND NOT ${hasWorkload("steps")}
       AND (steps.request_id, steps.step) > ($1::uuid, $2::int)
       AND coalesce((
         SELECT true FROM request_files AS files
         WHERE files.request_id = steps.request_id AND files.step = steps.step
           AND files.state IN (${sqlList(openFileStates)}) AND files.state = ${fileSql.queued}
           AND files.lease_until < now()
         LIMIT 1), false)
     ORDER BY steps.request_id, steps.step LIMIT $3`,
    [after.request, after.step, limit],
    "overdue_steps",
  );
}
