import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import type { Task } from "../../operations/contract.ts";
import { workerOperationNames } from "../../operations/offered.ts";
import { assertMay } from "../../users/policy.ts";
import { renewLeases } from "./lease-store.ts";
import { keyOf } from "./task.ts";

export interface ClaimInput {
  worker: string;
  request?: string | undefined;
  operations?: string[] | undefined;
  /** at most this many tasks, ≤ 1000 */
  max: number;
  /** how long to wait for the first, ≤ 30 */
  waitSeconds: number;
}

/** Gives files to a worker, each to one worker only; waits for work at most `waitSeconds`. */
export async function claim(
  ctx: Deps<"claimQueue" | "operations">,
  caller: Caller,
  { worker, request, operations, max, waitSeconds }: ClaimInput,
  signal?: AbortSignal,
): Promise<Task[]> {
  assertMay(caller, "work");
  const wanted = {
    request,
    operations: operations ?? workerOperationNames(ctx.operations.values()),
  };
  return ctx.claimQueue.claim(wanted, { worker, max }, waitSeconds, signal);
}

/** Renews what the worker still has; answers the tasks it is to give up: canceled, superseded, or never its own. */
export async function heartbeat(
  ctx: Deps<"config" | "ledger">,
  caller: Caller,
  { worker, tasks }: { worker: string; tasks: string[] },
): Promise<string[]> {
  assertMay(caller, "work");
  const keys = tasks.map((task) => ({ task, key: keyOf(task) }));
  const known = keys.flatMap(({ key }) => (key ? [key] : []));
  const renewed = known.length
    ? await renewLeases(ctx.ledger.query, worker, ctx.config.leaseSeconds, known)
    : new Set<string>();
  return keys
    .filter(({ key }) => !key || !renewed.has(`${key.request}/${key.file}`))
    .map(({ task }) => task);
}
