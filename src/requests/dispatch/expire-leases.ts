import type { Deps } from "../../deps.ts";
import {
  type ExpiredLease,
  expireOfWorker,
  expireOverdue,
  requestsWithRunning,
} from "./expire-leases-store.ts";

/** Takes files whose lease has expired from their workers. */
export async function expireLeases(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log" | "metrics">,
): Promise<number> {
  return each(ctx, (request) => expireOverdue(ctx.ledger.query, request, ctx.config.fileAttempts));
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

async function each(
  ctx: Deps<"advanceQueue" | "db" | "log" | "metrics">,
  expire: (request: string) => Promise<ExpiredLease[]>,
): Promise<number> {
  let total = 0;
  for (const request of await requestsWithRunning(ctx.db.query)) {
    const expired = await expire(request);
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
