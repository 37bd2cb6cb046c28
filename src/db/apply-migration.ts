import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { isConflict, isLockTimeout } from "./away.ts";

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** While a migration waits for a lock, everybody else who uses the table waits behind it. */
const lockSeconds = 2;
/** Then the others go on. */
const pauseMilliseconds = 3_000;

/** Applies a migration as soon as no other session uses its tables for long. */
export async function applyOnceFree(
  client: pg.Client,
  migration: Migration,
  onWait?: (name: string, sentence: string) => void,
): Promise<void> {
  for (;;) {
    try {
      return await apply(client, migration);
    } catch (error) {
      const { cause } = error as Error;
      if (!isLockTimeout(cause) && !isConflict(cause)) throw error;
    }
    const longest = await longestTransaction(client);
    onWait?.(
      migration.name,
      `The migration ${migration.name} waits for a lock and is tried again${longest}.`,
    );
    await pause(pauseMilliseconds);
  }
}

async function longestTransaction(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ session: string; seconds: number }>(
    `SELECT coalesce(nullif(application_name, ''), 'unnamed') || ', pid ' || coalesce(pid, 0)
         AS session,
       coalesce(floor(extract(epoch FROM clock_timestamp() - xact_start)), 0)::int AS seconds
     FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
     ORDER BY xact_start LIMIT 1`,
  );
  const [row] = rows;
  if (!row) return "";
  return `: the longest transaction is ${row.seconds} s old (${row.session})`;
}

/** Applies the file and records it in one transaction: a crash leaves both or neither. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query(`BEGIN; SET LOCAL lock_timeout = '${lockSeconds}s'`);
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations
         (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(
      `The migration ${migration.name} failed and was rolled back: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
