import type { Deps } from "../../deps.ts";
import { withSlotsLocked } from "../../shares/slots.ts";
import type { Waiter } from "./claim-queue.ts";
import type { Seats } from "./seats.ts";
import { startKey } from "./start.ts";
import { startWithheldFiles } from "./start-store.ts";
import { type StartedNow, startUnlocked } from "./start-unlocked.ts";
import type { WithheldFile } from "./withheld-store.ts";

/**
 * Files that were given back too often go to workers that have not given them back. They start
 * without a message, since a message reaches any worker.
 */
export async function startWithheld(
  ctx: Deps<"config" | "ledger" | "lockedRequests" | "log" | "metrics">,
  files: WithheldFile[],
  waiters: Waiter[],
  seats: Seats,
): Promise<StartedNow> {
  const keys = files.flatMap((file) => {
    const waiter = seats.take(file, ({ worker }) => !file.givenBackBy.includes(worker));
    return waiter === -1 ? [] : [startKey(file, waiter, waiters)];
  });
  if (!keys.length) return { rows: [], isBusy: false };
  const locked = {
    operations: [...new Set(files.map(({ operation }) => operation))],
    requests: [...new Set(files.map(({ request }) => request))],
  };
  const started = await startUnlocked(ctx, keys, seats, (db, part, room) =>
    withSlotsLocked(db, locked, (query) =>
      startWithheldFiles(query, ctx.config.leaseSeconds, part, room),
    ),
  );
  for (const { operation } of started.rows) ctx.metrics.dispatched.inc({ operation });
  return started;
}
