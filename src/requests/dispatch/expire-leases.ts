import { isLockTimeout } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import {
  containerLosses,
  type ExpiredLease,
  expireOfStep,
  expireOfWorker,
  expireOverdue,
  requestsOfWorkers,
  requestsWithOverdue,
} from "./expire-leases-store.ts";
import { takeFromInterrupted } from "./interrupted-store.ts";
import { longestGapSeconds } from "./watch-leases.ts";

/** Takes files whose lease has expired from their workers. */
export async function expireLeases(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log" | "metrics">,
): Promise<number> {
  const { fileAttempts } = ctx.config;
  const limits = { fileAttempts, longestGapSeconds: longestGapSeconds(ctx.config) };
  const { files } = await ofEachRequest(ctx, requestsWithOverdue(ctx.db.query), (request) =>
    lose(ctx, request, expireOverdue(ctx.ledger.query, request, limits)),
  );
  return files;
}

/**
 * Takes all files from a worker that is known to be dead, without waiting for their leases. Their
 * history shows the end of its log. Rejects if rows of a request are locked, after it has taken the
 * files of others.
 */
export async function expireLeasesOf(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log" | "metrics">,
  worker: string,
  lastWords = "",
): Promise<number> {
  const { fileAttempts } = ctx.config;
  const of = { worker, lastWords, fileAttempts };
  const taken = await ofEachRequest(ctx, requestsOfWorkers(ctx.db.query, [worker]), (request) =>
    lose(ctx, request, expireOfWorker(ctx.ledger.query, request, of)),
  );
  return allOf(taken);
}

/**
 * Takes files from workers that were killed together with an earlier process of the service.
 * Rejects if rows of a request are locked, after it has taken the files of others.
 */
export async function takeInterrupted(
  ctx: Deps<"advanceQueue" | "config" | "db" | "ledger" | "log">,
  workers: readonly string[],
): Promise<number> {
  if (workers.length === 0) return 0;
  const { fileAttempts } = ctx.config;
  const taken = await ofEachRequest(ctx, requestsOfWorkers(ctx.db.query, workers), (request) =>
    takeFromInterrupted(ctx.ledger.query, request, { workers, fileAttempts }),
  );
  return allOf(taken);
}

/** Takes files from containers of others, the last `most` that they took; returns their number. */
export function expireLast(
  ctx: Deps<"config" | "ledger" | "log" | "metrics">,
  step: { request: string; step: number },
  loss: keyof typeof containerLosses,
  most: number,
): Promise<number> {
  const of = { why: containerLosses[loss], most, fileAttempts: ctx.config.fileAttempts };
  return lose(ctx, step.request, expireOfStep(ctx.ledger.query, step, of));
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

interface Taken {
  files: number;
  /** of the first request whose rows another transaction has locked */
  lockTimeout?: unknown;
}

/** `take` returns how many files it took. */
async function ofEachRequest(
  { advanceQueue, log }: Deps<"advanceQueue" | "log">,
  requests: Promise<string[]>,
  take: (request: string) => Promise<number>,
): Promise<Taken> {
  const taken: Taken = { files: 0 };
  for (const request of await requests) {
    try {
      const files = await take(request);
      taken.files += files;
      if (files > 0) advanceQueue.add(request);
    } catch (error) {
      // Files of other requests are taken all the same.
      if (!isLockTimeout(error)) throw error;
      taken.lockTimeout ??= error;
      log.warn(
        { request_id: request },
        "rows of a request are locked; files of its workers are taken later",
      );
    }
  }
  return taken;
}

function allOf({ files, lockTimeout }: Taken): number {
  if (lockTimeout !== undefined) throw lockTimeout;
  return files;
}
