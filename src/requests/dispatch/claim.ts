import type { Caller } from "../../auth/caller.ts";
import { allowsWork, claimable } from "../../auth/work-scope.ts";
import type { Deps } from "../../deps.ts";
import type { Task } from "../../operations/contract.ts";
import { workerOperationNames } from "../../operations/offered.ts";
import { assertMay } from "../../users/policy.ts";
import { renewLeases } from "./lease-store.ts";
import type { WorkKey } from "./start-store.ts";
import { keyOf } from "./task.ts";

export interface ClaimInput {
  worker: string;
  request?: string | undefined;
  operations?: string[] | undefined;
  /** most tasks to return, ≤ 1000 */
  max: number;
  /** how long to wait for the first task, ≤ 30 */
  waitSeconds: number;
  /** the worker sends the headers that an upload names */
  sendsHeaders?: boolean | undefined;
  /** the answer has the settings of each step once, so that more tasks fit */
  settingsOnce?: boolean | undefined;
}

/** Gives each file to one worker only; waits for work up to `waitSeconds`. */
export async function claim(
  ctx: Deps<"claimQueue" | "operations">,
  caller: Caller,
  { worker, request, operations, max, waitSeconds, ...does }: ClaimInput,
  signal?: AbortSignal,
): Promise<Task[]> {
  assertMay(caller, "work");
  const offered = workerOperationNames(ctx.operations.values());
  const wanted = claimable(caller, { operations, request }, offered);
  return ctx.claimQueue.claim(wanted, { worker, max, ...does }, waitSeconds, signal);
}

/**
 * Renews the leases that the worker still holds. Returns the tasks that it must give up: canceled,
 * superseded, or never its own.
 */
export async function heartbeat(
  ctx: Deps<"config" | "ledger" | "stepOperations">,
  caller: Caller,
  { worker, tasks }: { worker: string; tasks: string[] },
): Promise<string[]> {
  assertMay(caller, "work");
  const keys = tasks.map((task) => ({ task, key: keyOf(task) }));
  const known = await allowed(
    ctx,
    caller,
    keys.flatMap(({ key }) => (key ? [key] : [])),
  );
  const renewed = known.length
    ? await renewLeases(ctx.ledger.query, worker, ctx.config.leaseSeconds, known)
    : new Set<string>();
  return keys
    .filter(({ key }) => !key || !renewed.has(`${key.request}/${key.file}`))
    .map(({ task }) => task);
}

async function allowed(
  ctx: Deps<"stepOperations">,
  caller: Caller,
  keys: WorkKey[],
): Promise<WorkKey[]> {
  if (caller.kind !== "worker") return keys;
  const operations = await ctx.stepOperations(keys);
  return keys.filter(({ request }, index) =>
    allowsWork(caller, { request, operation: operations[index] }),
  );
}
