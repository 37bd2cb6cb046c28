import type { ClaimedTask, TaskAction, TaskClaim } from "../agent/contract.ts";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { isServiceOperation } from "../operations/offered.ts";
import { assertMayClaim } from "./allowed.ts";
import { claimDue, type DueTask } from "./task-store.ts";

/** A notification may be lost, and time passes without one. */
const pollSeconds = 1;

/** Leases due tasks to an agent; waits for the first at most `waitSeconds`. */
export async function claimTasks(
  ctx: Deps<"clock" | "config" | "ledger" | "notifier" | "operations">,
  caller: Caller,
  agent: string,
  { operations, max, waitSeconds }: TaskClaim,
  signal?: AbortSignal,
): Promise<ClaimedTask[]> {
  assertMayClaim(caller, operations);
  const offered = operations.filter((name) => {
    const operation = ctx.operations.get(name);
    return operation !== undefined && isServiceOperation(operation);
  });
  const until = performance.now() + waitSeconds * 1000;
  for (;;) {
    const due = await claimDue(ctx.ledger.query, {
      operations: offered,
      agent,
      leaseSeconds: ctx.config.leaseSeconds,
      limit: max,
      offsetSeconds: ctx.clock.offsetSeconds(),
    });
    const left = (until - performance.now()) / 1000;
    if (due.length > 0 || left <= 0 || signal?.aborted)
      return due.map((task) => claimedTask(task, ctx.config.leaseSeconds));
    await ctx.notifier.wait("tasks", Math.min(pollSeconds, left), signal);
  }
}

function claimedTask(task: DueTask, leaseSeconds: number): ClaimedTask {
  const { id, operation, group, externalRef, turn } = task;
  const action = actionOf(task);
  return { task: id, operation, group, externalRef, turn, action, lease_seconds: leaseSeconds };
}

/** What is no longer wanted ends first. */
function actionOf({ abort, release, state }: DueTask): TaskAction {
  if (abort) return "abort";
  if (release) return "release";
  return state === "starting" ? "start" : "poll";
}
