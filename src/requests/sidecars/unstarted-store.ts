import type { Query } from "../../db/client.ts";

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
