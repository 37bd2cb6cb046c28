import { isLockTimeout } from "../db/away.ts";
import type { Db, Query } from "../db/client.ts";
import { UnavailableError } from "../errors.ts";

/** Distinguishes these locks from other advisory locks. */
const slotsLock = 72707372;

/**
 * Lets one transaction at a time start files of these operations and requests: what it reads about
 * running files stays true until it commits. Needed only where a limit applies; other files start
 * without waiting. Throws `SlotsBusyError` if others hold these locks for too long.
 */
export function withSlotsLocked<Result>(
  db: Pick<Db, "tx">,
  { operations = [], requests = [] }: { operations?: string[]; requests?: string[] },
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  return db.tx(async (query) => {
    await query(
      `SELECT pg_advisory_xact_lock($1, key) FROM (
         SELECT DISTINCT hashtext(name) AS key FROM unnest($2::text[]) AS name ORDER BY key
       ) AS keys`,
      [slotsLock, [...operations, ...requests]],
      "lock_slots",
    ).catch(slotsBusy);
    return work(query);
  });
}

/**
 * Others were starting files of these operations or requests all the time. No lock time-out for
 * callers, which take that for locked rows of the requests that they wanted to start.
 */
export class SlotsBusyError extends UnavailableError {
  constructor() {
    super("Other workers are being given files of this operation; try again.");
    this.name = "SlotsBusyError";
  }
}

function slotsBusy(error: unknown): never {
  throw isLockTimeout(error) ? new SlotsBusyError() : error;
}
