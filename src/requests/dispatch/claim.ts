import type { Caller } from "../../auth/caller.ts";
import { allowsWork, claimable } from "../../auth/work-scope.ts";
import type { Deps } from "../../deps.ts";
import type { Task } from "../../operations/contract.ts";
import { workerOperationNames } from "../../operations/offered.ts";
import { assertMay } from "../../users/policy.ts";
import type { Waiter, WorkFilter } from "./claim-queue.ts";
import { tasksOf } from "./dispatch.ts";
import { renewLeases } from "./lease-store.ts";
import { startedByClaim } from "./repeated-claim-store.ts";
import type { WorkKey } from "./started-rows-store.ts";
import { keyOf } from "./task.ts";

export interface ClaimInput {
  worker: string;
  /** of the worker's choice; a claim whose answer was lost is repeated with the same id */
  claimId?: string | undefined;
  /** an earlier call with this `claimId` had no answer */
  repeated?: boolean | undefined;
  request?: string | undefined;
  operations?: string[] | undefined;
  /** not these steps, since the worker may not read their inputs */
  without?: WorkFilter["without"];
  /** most tasks to return, ≤ 1000; 0 for those alone that the earlier call started */
  max: number;
  /** how long to wait for the first task, ≤ 30 */
  waitSeconds: number;
  /** the worker sends the headers that an upload names */
  sendsHeaders?: boolean | undefined;
  /** the answer has the settings of each step once, so that more tasks fit */
  settingsOnce?: boolean | undefined;
  /** the worker reads nothing of what a task says is barred */
  leavesBarred?: boolean | undefined;
}

type ClaimDeps = Deps<
  "barred" | "claimQueue" | "config" | "db" | "ledger" | "operations" | "store" | "verifyingKeys"
>;

/**
 * Gives each file to one worker only; waits for work up to `waitSeconds`. A repeated claim gets the
 * files that it started before: a lost answer costs them no try.
 */
export async function claim(
  ctx: ClaimDeps,
  caller: Caller,
  { worker, request, operations, without, max, waitSeconds, repeated, ...does }: ClaimInput,
  signal?: AbortSignal,
): Promise<Task[]> {
  assertMay(caller, "work");
  const offered = workerOperationNames(ctx.operations.values());
  const wanted = { ...claimable(caller, { operations, request }, offered), without };
  const waiter = { worker, max, ...does };
  const started = repeated ? await startedBefore(ctx, wanted, waiter) : [];
  if (started.length > 0 || max === 0) return started;
  const tasks = await ctx.claimQueue.claim(wanted, waiter, waitSeconds, signal);
  // Meanwhile another process may have started files for the earlier call.
  return tasks.length > 0 || !repeated ? tasks : startedBefore(ctx, wanted, waiter);
}

async function startedBefore(
  ctx: ClaimDeps,
  { request, operations }: WorkFilter,
  waiter: Waiter,
): Promise<Task[]> {
  const { worker, claimId } = waiter;
  if (claimId === undefined) return [];
  await ctx.claimQueue.ended(claimId);
  const { leaseSeconds } = ctx.config;
  const rows = await startedByClaim(ctx.ledger.query, worker, claimId, leaseSeconds);
  const allowed = rows.filter(
    (row) =>
      operations.includes(row.operation) && (request === undefined || request === row.request),
  );
  const [tasks = []] = await tasksOf(ctx, allowed, [waiter]);
  return tasks;
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
