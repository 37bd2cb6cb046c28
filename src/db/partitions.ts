// `file_status` has a partition for each month in which requests were made.
import type { Db, Query } from "./client.ts";

/**
 * Creates the missing partitions of the last, the current and the next month; safe to call
 * concurrently. `today` is for tests.
 */
export async function ensurePartitions(
  db: Pick<Db, "tx">,
  today: Date = new Date(),
): Promise<void> {
  const months = [-1, 0, 1].map((ahead) => monthOf(today, ahead));
  await db.tx(async (query) => {
    const existing = await partitions(query);
    const missing = months.filter((month) => !existing.includes(partitionName(month)));
    if (missing.length === 0) return;
    // IF NOT EXISTS is not enough: two sessions that both find none would both create one.
    await lockPartitions(query);
    for (const month of missing) {
      await query(
        `CREATE TABLE IF NOT EXISTS ${partitionName(month)} PARTITION OF file_status
         FOR VALUES FROM ('${dayOf(month)}') TO ('${dayOf(nextMonth(month))}')`,
      );
    }
  });
}

/** While a DROP waits for its lock, reports wait behind it: it gives up after this long. */
const lockMilliseconds = 200;

/**
 * Removes the partitions of months, before the last one, in which no request was made that still
 * exists: a request takes its history along when it is deleted. Returns their number; rejects if
 * others have used the table for too long. `today` is for tests.
 */
export async function removeOldPartitions(
  db: Pick<Db, "query" | "tx">,
  today: Date = new Date(),
): Promise<number> {
  const kept = monthOf(today, -1);
  const old = (await partitions(db.query)).flatMap(monthIn).filter((month) => month < kept);
  let removed = 0;
  const unused = await withoutRequests(db.query, old);
  for (const month of unused) {
    await db.tx(async (query) => {
      await query(`SET LOCAL lock_timeout = ${lockMilliseconds}`);
      await lockPartitions(query);
      // Rows that belong to no request exist nowhere else: they stay.
      if ((await query(`SELECT FROM ${partitionName(month)} LIMIT 1`)).length > 0) return;
      await query(`DROP TABLE ${partitionName(month)}`);
      removed += 1;
    });
  }
  return removed;
}

/** The index of `created_at` finds requests by month; `created_on`, the key, is the day of it. */
async function withoutRequests(query: Query, months: Date[]): Promise<Date[]> {
  const rows = await query<{ since: Date }>(
    `SELECT months.since FROM unnest($1::timestamptz[], $2::timestamptz[]) AS months (since, before)
     WHERE NOT EXISTS (SELECT FROM requests
       WHERE created_at >= months.since AND created_at < months.before) ORDER BY months.since`,
    [months, months.map(nextMonth)],
  );
  return rows.map((row) => row.since);
}

async function partitions(query: Query): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'file_status'::regclass`,
  );
  return rows.map((row) => row.name);
}

async function lockPartitions(query: Query): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtext('longshore.partitions'))");
}

function partitionName(month: Date): string {
  return `file_status_${dayOf(month).slice(0, 7).replace("-", "_")}`;
}

/** The month of a partition with such a name; none for any other. */
function monthIn(name: string): Date[] {
  const found = /^file_status_(\d{4})_(\d\d)$/.exec(name);
  return found ? [new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, 1))] : [];
}

function nextMonth(month: Date): Date {
  return monthOf(month, 1);
}

function monthOf(date: Date, ahead: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1));
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
