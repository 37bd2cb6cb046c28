/**
 * Condition on a row of `request_steps`: others' containers do its work. Its files are given out by
 * messages of the broker, never to a claim.
 */
export function hasWorkload(step: string): string {
  return `EXISTS (SELECT FROM step_workloads
      WHERE step_workloads.request_id = ${step}.request_id AND step_workloads.step = ${step}.step)`;
}
