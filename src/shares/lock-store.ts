import type { Db, Query } from "../db/client.ts";

/** Distinguishes these locks from other advisory locks. */
const slotsLock = 72707372;

/**
 * Lets one transaction at a time start files of these operations and requests: what it reads about
 * running files stays true until it commits. Needed only where a limit applies; other files start
 * without waiting.
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
    );
    return work(query);
  });
}
