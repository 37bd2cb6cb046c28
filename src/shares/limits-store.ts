import type { Db, Query } from "../db/client.ts";
import { withSlotsLocked } from "./lock-store.ts";

export interface SlotLimits {
  /** files that may run at once; null: no limit */
  slots: number | null;
  slotsPerUser: number | null;
}

export interface OperationLimitsRow extends SlotLimits {
  operation: string;
  running: number;
  changedAt: Date | null;
}

export interface UserShareRow {
  owner: string;
  share: number;
  waiting: number;
  queued: number;
  running: number;
}

/** The named operations, and others that have a limit. */
export function operationLimits(query: Query, names: string[]): Promise<OperationLimitsRow[]> {
  return query<OperationLimitsRow>(
    `SELECT operation, limits.slots, limits.slots_per_user AS "slotsPerUser",
       limits.changed_at AS "changedAt", coalesce(work.running, 0)::int AS running
     FROM unnest($1::text[]) AS offered(operation)
     FULL JOIN operation_limits limits USING (operation)
     LEFT JOIN (SELECT operation, sum(running) AS running FROM user_work GROUP BY operation) work
       USING (operation)
     ORDER BY operation`,
    [names],
  );
}

const mostUsers = 1000;

/** Users who have work now or a share of their own; those with the most work first. */
export function userShares(query: Query): Promise<UserShareRow[]> {
  return query<UserShareRow>(
    `SELECT owner, coalesce(user_shares.share, 1) AS share,
       coalesce(work.waiting, 0)::int AS waiting, coalesce(work.queued, 0)::int AS queued,
       coalesce(work.running, 0)::int AS running
     FROM user_shares FULL JOIN (
       SELECT owner, sum(waiting) AS waiting, sum(queued) AS queued, sum(running) AS running
       FROM user_work GROUP BY owner HAVING sum(waiting + queued + running) > 0
     ) work USING (owner)
     ORDER BY running DESC, queued DESC, waiting DESC, owner LIMIT ${mostUsers}`,
  );
}

/**
 * Runs under the lock of the claims, so `changed_at` is when starts begin to obey the limit.
 * `note`: what else is recorded in the transaction.
 */
export function setOperationLimits(
  db: Pick<Db, "tx">,
  operation: string,
  { slots, slotsPerUser }: SlotLimits,
  note?: (query: Query) => Promise<void>,
): Promise<void> {
  return withSlotsLocked(db, { operations: [operation] }, async (query) => {
    await note?.(query);
    if (slots === null && slotsPerUser === null) {
      await query("DELETE FROM operation_limits WHERE operation = $1", [operation]);
      return;
    }
    await query(
      `INSERT INTO operation_limits (operation, slots, slots_per_user) VALUES ($1, $2, $3)
       ON CONFLICT (operation) DO UPDATE SET slots = excluded.slots,
         slots_per_user = excluded.slots_per_user, changed_at = clock_timestamp()`,
      [operation, slots, slotsPerUser],
    );
  });
}

export async function setUserShare(query: Query, owner: string, share: number): Promise<void> {
  if (share === 1) await query("DELETE FROM user_shares WHERE owner = $1", [owner]);
  else
    await query(
      `INSERT INTO user_shares (owner, share) VALUES ($1, $2)
       ON CONFLICT (owner) DO UPDATE SET share = excluded.share, changed_at = clock_timestamp()`,
      [owner, share],
    );
}
