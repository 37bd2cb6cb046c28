import type { Config } from "../../config.ts";
import type { Deps } from "../../deps.ts";
import { pause } from "../../time.ts";
import {
  extendLeases,
  lastBeat,
  writeBeat,
  writeBeatInTime,
  writeBeatSoonAfter,
} from "./beat-store.ts";
import { requestsWithRunning } from "./expire-leases-store.ts";

type WatchDeps = Deps<"config" | "db" | "ledger" | "log">;

/**
 * The leader writes a beat every few seconds. If it, or the database, was away for longer, workers
 * could not renew their leases either: these are extended by that time. No lease expires before
 * that (the statement that expires them wants a recent beat).
 */
export async function watchLeases(ctx: WatchDeps, signal: AbortSignal): Promise<void> {
  const seconds = Math.min(longestGapSeconds(ctx.config) / beatsInGap, mostSeconds);
  while (!signal.aborted) {
    try {
      await beat(ctx);
    } catch (error) {
      ctx.log.debug({ err: error }, "the leases are not watched; it is tried again");
    }
    await pause(seconds * 1000, signal);
  }
}

const beatsInGap = 5;
/** Pages say that the scheduler is away when its last beat is half a minute old. */
const mostSeconds = 5;
const leastGapSeconds = 5;

/** A worker that misses one heartbeat renews its leases in time by the next. */
export function longestGapSeconds({ leaseSeconds }: Pick<Config, "leaseSeconds">): number {
  return Math.max(leastGapSeconds, leaseSeconds / 4);
}

export async function beat(ctx: WatchDeps): Promise<void> {
  const { query } = ctx.db;
  const gap = longestGapSeconds(ctx.config);
  if (await writeBeatInTime(query, "scheduler", gap)) return;
  for (let pass = 0; pass < mostPasses; pass++) {
    const last = await lastBeat(query, "scheduler");
    if (!last) return;
    await extendAll(ctx, last.seconds);
    // Another outage may have begun meanwhile.
    const soon = { readAt: last.readAt, seconds: gap };
    if (await writeBeatSoonAfter(query, "scheduler", soon)) return;
  }
  await writeBeat(query, "scheduler");
}

/** Where leases of very many requests take longer to extend than a gap, no pass is soon enough. */
const mostPasses = 3;

async function extendAll({ config, db, ledger, log }: WatchDeps, seconds: number): Promise<void> {
  const { leaseSeconds } = config;
  let files = 0;
  for (const request of await requestsWithRunning(db.query))
    files += await extendLeases(ledger.query, request, { seconds, leaseSeconds });
  if (files > 0) log.warn({ seconds, files }, "leases were extended by the length of an outage");
}

/** A process of the service starts workers now. */
export async function recordStartsWorkers({ db }: Deps<"db">): Promise<void> {
  await writeBeat(db.query, "workers");
}
