import { isLockTimeout } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import {
  type ExpiredLease,
  expireOfWorker,
  expireOverdue,
  requestsWithRunning,
} from "./expire-leases-store.ts";
import { takeFromInterrupted } from "./interrupted-store.ts";
import { longestGapSeconds } from "./watch-leases.ts";

/** Takes files whose lease has expired from their workers. */
export async function expireLeases(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log" | "metrics">,
): Promise<number> {
  const { fileAttempts } = ctx.config;
  const limits = { fileAttempts, longestGapSeconds: longestGapSeconds(ctx.config) };
  return each(ctx, (request) => expireOverdue(ctx.ledger.query, request, limits));
}

/**
 * Takes all files from a worker that is known to be dead, without waiting for their leases. Their
 * history shows the end of its log.
 */
export async function expireLeasesOf(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log" | "metrics">,
  worker: string,
  lastWords = "",
): Promise<number> {
  const { fileAttempts } = ctx.config;
  return each(ctx, (request) =>
    expireOfWorker(ctx.ledger.query, request, { worker, lastWords, fileAttempts }),
  );
}

/** Takes files from workers that were killed together with an earlier process of the service. */
export async function takeInterrupted(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger">,
  workers: readonly string[],
): Promise<number> {
  if (workers.length === 0) return 0;
  const { fileAttempts } = ctx.config;
  let total = 0;
  for (const request of await requestsWithRunning(ctx.db.query)) {
    const files = await takeFromInterrupted(ctx.ledger.query, request, { workers, fileAttempts });
    if (files === 0) continue;
    total += files;
    ctx.advanceQueue.add(request);
  }
  return total;
}

async function each(
  ctx: Deps<"advanceQueue" | "db" | "log" | "metrics">,
  expire: (request: string) => Promise<ExpiredLease[]>,
): Promise<number> {
  let total = 0;
  for (const request of await requestsWithRunning(ctx.db.query)) {
    const expired = await expire(request).catch((error: unknown) => {
      // Of other requests, leases are taken all the same.
      if (!isLockTimeout(error)) throw error;
      ctx.log.warn(
        { request_id: request },
        "rows of a request are locked; its expired leases are taken at the next sweep",
      );
      return [];
    });
    if (!expired.length) continue;
    total += expired.length;
    ctx.metrics.leasesLost.inc(expired.length);
    ctx.log.info(
      { request_id: request, files: expired.length },
      "files were lost with their worker",
    );
    ctx.advanceQueue.add(request);
  }
  return total;
}
