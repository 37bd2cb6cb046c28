import { withoutSecrets } from "../../addresses/shown.ts";
import type { Query } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { beginEnding } from "../move-store.ts";
import { type NamedStep, unclaimedSteps, withoutResults } from "./unstarted-store.ts";

interface Unstarted extends NamedStep {
  reason: string;
}

interface LateGroup {
  group: WorkerGroup;
  reason: string;
}

/**
 * Fails requests of whose workers none came to run in the time that the facility allows, with what
 * the cluster says. A request that has results of the step goes on waiting: its workers worked
 * once. The leader calls it; returns how many requests fail.
 */
export async function failUnstarted(
  {
    advanceQueue,
    config,
    db,
    log,
    runner,
  }: Deps<"advanceQueue" | "config" | "db" | "log" | "runner">,
  wanted: readonly WorkerGroup[],
  now = Date.now(),
): Promise<number> {
  const seconds = config.kubernetes?.podStartSeconds;
  if (seconds === undefined) return 0;
  const statuses = runner.statuses();
  const late = wanted.flatMap((group): LateGroup[] => {
    const problem = statuses.get(group.key)?.startProblem;
    if (!problem || now - problem.since.getTime() < seconds * 1000) return [];
    const reason = `no worker came to run in ${seconds} seconds: ${problem.sentence}`;
    return [{ group, reason: withoutSecrets(reason) }];
  });
  if (late.length === 0) return 0;
  const unstarted = [
    ...(await ofRequests(db.query, late)),
    ...(await ofOperations(db.query, late, seconds)),
  ];
  let failed = 0;
  for (const { request, step, reason } of unstarted) {
    if (!(await beginEnding(db.query, request, "fail", reason))) continue;
    log.info({ request_id: request, step, reason }, "a request's workers never ran");
    advanceQueue.add(request);
    failed += 1;
  }
  return failed;
}

async function ofRequests(query: Query, late: readonly LateGroup[]): Promise<Unstarted[]> {
  const steps = late.flatMap(({ group: { request, step }, reason }): Unstarted[] =>
    request === undefined || step === undefined ? [] : [{ request, step, reason }],
  );
  if (steps.length === 0) return [];
  const unstarted = await withoutResults(query, steps);
  return steps.filter(({ request, step }) =>
    unstarted.some((one) => one.request === request && one.step === step),
  );
}

/** Our own workers serve all requests: each of these has waited for them as long as one alone. */
async function ofOperations(
  query: Query,
  late: readonly LateGroup[],
  seconds: number,
): Promise<Unstarted[]> {
  const reasons = new Map(
    late
      .filter(({ group }) => group.request === undefined)
      .flatMap(({ group, reason }) => group.operations.map((name) => [name, reason] as const)),
  );
  if (reasons.size === 0) return [];
  const steps = await unclaimedSteps(query, [...reasons.keys()], seconds);
  return steps.map(({ operation, ...step }) => ({ ...step, reason: reasons.get(operation) ?? "" }));
}
