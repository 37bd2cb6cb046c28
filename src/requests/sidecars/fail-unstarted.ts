import { withoutSecrets } from "../../addresses/shown.ts";
import type { Deps } from "../../deps.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { beginEnding } from "../move-store.ts";
import { type NamedStep, withoutResults } from "./unstarted-store.ts";

interface Unstarted extends NamedStep {
  reason: string;
}

/**
 * Fails requests of whose containers none came to run in the time that the facility allows, with
 * what the cluster says. A request that has results of the step goes on waiting: its containers
 * worked once. The leader calls it; returns how many requests fail.
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
  const unstarted = wanted.flatMap(({ key, request, step }): Unstarted[] => {
    const problem = statuses.get(key)?.startProblem;
    if (request === undefined || step === undefined || !problem) return [];
    if (now - problem.since.getTime() < seconds * 1000) return [];
    const reason = `no worker came to run in ${seconds} seconds: ${problem.sentence}`;
    return [{ request, step, reason: withoutSecrets(reason) }];
  });
  if (unstarted.length === 0) return 0;
  let failed = 0;
  for (const { request, step } of await withoutResults(db.query, unstarted)) {
    const found = unstarted.find((one) => one.request === request && one.step === step);
    if (!found || !(await beginEnding(db.query, request, "fail", found.reason))) continue;
    log.info({ request_id: request, step, reason: found.reason }, "a request's workers never ran");
    advanceQueue.add(request);
    failed += 1;
  }
  return failed;
}
