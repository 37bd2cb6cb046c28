import type { Query } from "../../db/client.ts";
import { hasWorkload } from "../has-workload.ts";
import { fileSql, sqlList, stoppableStates } from "../state.ts";

export interface NamedStep {
  request: string;
  step: number;
}

/** Those among these steps of which no file has come through. */
export function withoutResults(query: Query, steps: readonly NamedStep[]): Promise<NamedStep[]> {
  return query<NamedStep>(
    `SELECT steps.request_id::text AS request, steps.step
     FROM unnest($1::uuid[], $2::int[]) AS given(request_id, step)
     JOIN request_steps AS steps
       ON steps.request_id = given.request_id AND steps.step = given.step
     WHERE steps.passed + steps.done = 0`,
    [steps.map(({ request }) => request), steps.map(({ step }) => step)],
    "steps_without_results",
  );
}

export interface UnclaimedStep extends NamedStep {
  operation: string;
}

const mostAtOnce = 1000;

/**
 * Steps without results of open requests that our own workers do, with files ready for so long, if
 * no worker asked for the operation in that time: one that is started elsewhere may.
 */
export function unclaimedSteps(
  query: Query,
  operations: readonly string[],
  seconds: number,
): Promise<UnclaimedStep[]> {
  return query<UnclaimedStep>(
    `SELECT steps.request_id::text AS request, steps.step, steps.operation
     FROM request_steps AS steps JOIN requests ON requests.id = steps.request_id
     WHERE steps.operation = ANY($1) AND steps.queued > 0
       AND steps.running + steps.passed + steps.done = 0 AND NOT ${hasWorkload("steps")}
       AND requests.state IN (${sqlList(stoppableStates)}) AND requests.ending IS NULL
       AND (SELECT files.updated_at FROM request_files AS files
            WHERE files.request_id = steps.request_id AND files.step = steps.step
              AND files.state = ${fileSql.queued}
            ORDER BY files.file_id LIMIT 1) < now() - $2::float8 * interval '1 second'
       AND NOT EXISTS (
         SELECT FROM operation_activity AS activity
         WHERE activity.operation = steps.operation
           AND activity.claimed_at > now() - $2::float8 * interval '1 second')
     ORDER BY steps.request_id, steps.step LIMIT ${mostAtOnce}`,
    [operations, seconds],
    "unclaimed_steps",
  );
}
