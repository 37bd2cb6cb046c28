import type { Context } from "../context.ts";
import { type LostRow, loseExpired, loseOfWorker, requestsWithRunning } from "./lose-store.ts";

/** Files whose lease is over: their worker fell silent, and others get them. */
export async function loseSilent(ctx: Context): Promise<number> {
  return each(ctx, (request) => loseExpired(ctx.ledger.query, request, ctx.config.fileAttempts));
}

/** Files of a worker that is known to be dead, at once. */
export async function loseWorker(ctx: Context, worker: string): Promise<number> {
  return each(ctx, (request) => loseOfWorker(ctx.ledger.query, request, worker, ctx.config.fileAttempts));
}

async function each(ctx: Context, lose: (request: string) => Promise<LostRow[]>): Promise<number> {
  let total = 0;
  for (const request of await requestsWithRunning(ctx.db.query)) {
    const lost = await lose(request);
    if (!lost.length) continue;
    total += lost.length;
    ctx.metrics.leasesLost.inc(lost.length);
    ctx.log.info({ request_id: request, files: lost.length }, "files were lost with their worker");
    ctx.advance.ring(request);
  }
  return total;
}
