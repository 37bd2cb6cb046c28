import type { Deps } from "../../deps.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { recordStartsWorkers } from "../dispatch/watch-leases.ts";
import { makeWantedGroups } from "../sidecars/wanted-groups.ts";
import { makeOwnGroups } from "./own-groups.ts";
import { makeSteadySizes } from "./steady-sizes.ts";

/** Idle workers are kept this long, since starting one takes longer than most tasks. */
const scaleDownMilliseconds = 30_000;

export const scaleSeconds = 2;

export type ScaleDeps = Deps<
  | "brokerUsers"
  | "config"
  | "db"
  | "log"
  | "operations"
  | "runner"
  | "signingKey"
  | "store"
  | "transformers"
  | "urls"
  | "workTokens"
>;

/**
 * Asks the runner for as many workers, of ours and of others, as the ledger has work for, and
 * records that this process starts workers.
 */
export function makeScaler(
  ctx: ScaleDeps,
  { now = Date.now, isLeader = () => true }: { now?: () => number; isLeader?: () => boolean } = {},
): () => Promise<WorkerGroup[]> {
  const ownGroups = makeOwnGroups(ctx, makeSteadySizes(scaleDownMilliseconds, now), now);
  const theirGroups = makeWantedGroups(ctx, makeSteadySizes(scaleDownMilliseconds, now));
  return async () => {
    const { capacity, groups } = ctx.runner;
    const ours = await ownGroups();
    const theirs = await theirGroups(capacity);
    const wanted =
      groups === "together" ? [...ours, ...theirs] : withinCapacity(ours, theirs, capacity);
    // The process may have been frozen since; another starts the workers then.
    if (!isLeader()) return wanted;
    await ctx.runner.reconcile(wanted);
    if (capacity > 0) await recordStartsWorkers(ctx);
    return wanted;
  };
}

/** Where there is no room for all, our workers and containers of others get at least half of it. */
function withinCapacity(
  ours: WorkerGroup[],
  theirs: WorkerGroup[],
  capacity: number,
): WorkerGroup[] {
  const half = Math.floor(capacity / 2);
  const forOurs = Math.max(capacity - total(theirs), half);
  const kept = cut(ours, forOurs);
  return [...kept, ...cut(theirs, capacity - total(kept))];
}

/**
 * Each gets its part of the room, rounded up while there is some. A group for which none is left is
 * still wanted: the runner removes what is not, and would make it anew when there is room.
 */
function cut(groups: WorkerGroup[], room: number): WorkerGroup[] {
  const all = total(groups);
  if (all <= room) return groups;
  let left = room;
  return groups.map((group) => {
    const size = Math.min(left, Math.ceil((group.size * room) / all));
    left -= size;
    return { ...group, size };
  });
}

function total(groups: readonly WorkerGroup[]): number {
  return groups.reduce((sum, { size }) => sum + size, 0);
}
