import type { Deps } from "../../deps.ts";
import { workerOperationNames } from "../../operations/offered.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { recordStartsWorkers } from "../dispatch/watch-leases.ts";
import { mostBusy } from "./most-busy.ts";
import { openWork, totalSlots } from "./scale-workers-store.ts";

/** The group that serves every request. */
const serviceGroup = "service";

/** A worker that is still busy when its token expires ends, and another takes its place. */
const tokenSeconds = 7 * 86_400;

/** Idle workers are kept this long, since starting one takes longer than most tasks. */
const scaleDownMilliseconds = 30_000;

export const scaleSeconds = 2;

/**
 * Asks the runner for as many workers as the ledger has work for, and records that this process
 * starts workers.
 */
export function makeScaler(
  ctx: Deps<"db" | "operations" | "runner" | "workTokens">,
  { now = Date.now, isLeader = () => true }: { now?: () => number; isLeader?: () => boolean } = {},
): () => Promise<WorkerGroup[]> {
  const steady = makeScaleDownDelay(scaleDownMilliseconds, now);
  return async () => {
    const wanted = await wantedGroups(ctx, steady);
    // The process may have been frozen since; another starts the workers then.
    if (!isLeader()) return wanted;
    await ctx.runner.reconcile(wanted);
    if (ctx.runner.capacity > 0) await recordStartsWorkers(ctx);
    return wanted;
  };
}

async function wantedGroups(
  ctx: Deps<"db" | "operations" | "workTokens">,
  steady: (size: number) => number,
): Promise<WorkerGroup[]> {
  const operations = workerOperationNames(ctx.operations.values());
  const busy = mostBusy(await openWork(ctx.db.query, operations));
  // Idle workers stay for a while, but a limit that is lowered holds for them too.
  const most = (await totalSlots(ctx.db.query, operations)) ?? Number.POSITIVE_INFINITY;
  const size = Math.min(steady(busy), most);
  if (size === 0) return [];
  const workToken = await ctx.workTokens.issue({ operations }, tokenSeconds);
  return [{ key: serviceGroup, operations, credentials: { workToken }, size }];
}

/** Follows a size upwards at once, and downwards when it has been lower for the given time. */
export function makeScaleDownDelay(
  milliseconds: number,
  now: () => number,
): (size: number) => number {
  const sizes: { at: number; size: number }[] = [];
  return (size) => {
    const at = now();
    // Sizes that a later one reaches no longer matter, so the first is always the largest.
    while ((sizes.at(-1)?.size ?? size + 1) <= size) sizes.pop();
    sizes.push({ at, size });
    while (at - (sizes[0]?.at ?? at) > milliseconds) sizes.shift();
    return sizes[0]?.size ?? size;
  };
}
