// `file_status` has a partition for each month in which requests were made.
import type { Db } from "./client.ts";

/**
 * Creates the missing partitions of the last, the current and the next month; safe to call
 * concurrently. `today` is for tests.
 */
export async function ensurePartitions(
  db: Pick<Db, "tx">,
  today: Date = new Date(),
): Promise<void> {
  const months = [-1, 0, 1].map(
    (ahead) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead, 1)),
  );
  await db.tx(async (query) => {
    const existing = await query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'file_status'::regclass`,
    );
    const missing = months.filter(
      (month) => !existing.some((partition) => partition.name === partitionName(month)),
    );
    if (missing.length === 0) return;
    // IF NOT EXISTS is not enough: two sessions that both find none would both create one.
    await query("SELECT pg_advisory_xact_lock(hashtext('longshore.partitions'))");
    for (const month of missing) {
      await query(
        `CREATE TABLE IF NOT EXISTS ${partitionName(month)} PARTITION OF file_status
         FOR VALUES FROM ('${dayOf(month)}') TO ('${dayOf(nextMonth(month))}')`,
      );
    }
  });
}

function partitionName(month: Date): string {
  return `file_status_${dayOf(month).slice(0, 7).replace("-", "_")}`;
}

function nextMonth(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
