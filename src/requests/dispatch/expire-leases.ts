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
  return ofEachRequest(ctx, (request) =>
    lose(ctx, request, expireOverdue(ctx.ledger.query, request, limits)),
  );
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
  const of = { worker, lastWords, fileAttempts };
  return ofEachRequest(ctx, (request) =>
    lose(ctx, request, expireOfWorker(ctx.ledger.query, request, of)),
  );
}

/** Takes files from workers that were killed together with an earlier process of the service. */
export async function takeInterrupted(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log">,
  workers: readonly string[],
): Promise<number> {
  if (workers.length === 0) return 0;
  const { fileAttempts } = ctx.config;
  return ofEachRequest(ctx, (request) =>
    takeFromInterrupted(ctx.ledger.query, request, { workers, fileAttempts }),
  );
}

async function lose(
  { log, metrics }: Deps<"log" | "metrics">,
  request: string,
  expired: Promise<ExpiredLease[]>,
): Promise<number> {
  const files = (await expired).length;
  if (files === 0) return 0;
  metrics.leasesLost.inc(files);
  log.info({ request_id: request, files }, "files were lost with their worker");
  return files;
}

/** `take` returns how many files it took. */
async function ofEachRequest(
  { advanceQueue, db, log }: Deps<"advanceQueue" | "db" | "log">,
  take: (request: string) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (const request of await requestsWithRunning(db.query)) {
    const files = await take(request).catch((error: unknown) => {
      // Files of other requests are taken all the same.
      if (!isLockTimeout(error)) throw error;
      log.warn(
        { request_id: request },
        "rows of a request are locked; its files are taken by a later sweep",
      );
      return 0;
    });
    if (files === 0) continue;
    total += files;
    advanceQueue.add(request);
  }
  return total;
}
