// Forward-only SQL files, applied in the order of their names and recorded as Prisma does, so that
// Prisma's tools accept the database.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { applyOnceFree, type Migration } from "./apply-migration.ts";
import type { Query } from "./client.ts";
import { connectionTo, sessionOptions } from "./connection.ts";
import { endConnection } from "./end-connection.ts";
import { grantReaders, shutOutReaders } from "./readers.ts";

export interface MigrateOptions {
  folder?: string;
  /** ends it, also while it waits for a lock; what is not committed is undone */
  signal?: AbortSignal | undefined;
  onApplied?(name: string): void;
  /** The migration waits for other sessions, and is tried again. */
  onWait?(name: string, sentence: string): void;
}

interface Applied {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

/**
 * The lock that Prisma takes too. If several processes start at once, one applies the migrations
 * and the others wait.
 */
const migrationLock = 72707369;

/**
 * Applies the migrations that the database lacks and returns their names. Throws a sentence if the
 * database does not match this version of the code.
 */
export async function migrate(
  url: string,
  { folder = migrationsFolder(), signal, onApplied, onWait }: MigrateOptions = {},
): Promise<string[]> {
  // A migration may rewrite a large table, and wait for another process that applies some.
  const options = [...sessionOptions, "-c statement_timeout=0", "-c lock_timeout=0"].join(" ");
  const client = new pg.Client({ ...connectionTo(url, "longshore migrate"), options });
  client.on("error", () => undefined);
  // Ends what the connection waits for.
  const end = () => void endConnection(client);
  signal?.addEventListener("abort", end, { once: true });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    await client.query(prismaTable);
    const missing = missingMigrations(readMigrations(folder), await readApplied(client));
    const query: Query = async (text, params) => (await client.query(text, params)).rows as never;
    if (missing.length > 0) await shutOutReaders(query);
    for (const migration of missing) {
      await applyOnceFree(client, migration, onWait);
      onApplied?.(migration.name);
    }
    await grantReaders(query);
    return missing.map((migration) => migration.name);
  } finally {
    signal?.removeEventListener("abort", end);
    await endConnection(client);
  }
}

/** Names of the migrations that the database lacks, for the readiness check. */
export async function pendingMigrations(
  query: <Row extends object>(text: string) => Promise<Row[]>,
): Promise<string[]> {
  const applied = await query<{ migration_name: string }>(
    "SELECT migration_name FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  const names = new Set(applied.map((row) => row.migration_name));
  return migrationNames(migrationsFolder()).filter((name) => !names.has(name));
}

/** Two levels up, from src/db and dist/db alike. */
function migrationsFolder(): string {
  return fileURLToPath(new URL("../../prisma/migrations", import.meta.url));
}

function migrationNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(`${folder}/${name}/migration.sql`))
    .sort();
}

function readMigrations(folder: string): Migration[] {
  return migrationNames(folder).map((name) => {
    const sql = readFileSync(`${folder}/${name}/migration.sql`, "utf8");
    return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

async function readApplied(client: pg.Client): Promise<Map<string, Applied>> {
  const { rows } = await client.query<Applied>(
    "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE " +
      "rolled_back_at IS NULL",
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

function missingMigrations(known: Migration[], applied: Map<string, Applied>): Migration[] {
  for (const row of applied.values()) rejectUnknownMigration(row, known);
  return known.filter((migration) => !applied.has(migration.name));
}

function rejectUnknownMigration(row: Applied, known: Migration[]): void {
  const migration = known.find(({ name }) => name === row.migration_name);
  if (migration === undefined) {
    throw new Error(
      `The database has the migration ${row.migration_name}, which this version of ` +
        "Longshore does not know: the database is newer than the code. Start the version that " +
        "made it, or a later one.",
    );
  }
  if (migration.checksum !== row.checksum) {
    throw new Error(
      `The migration ${migration.name} was edited after it had been applied to this ` +
        "database. Restore the file, and make the change in a new migration.",
    );
  }
  if (row.finished_at === null) {
    throw new Error(
      `The migration ${migration.name} was begun by another tool and never finished. ` +
        "Resolve it with that tool, then start again.",
    );
  }
}

/** exactly as Prisma creates it */
const prismaTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;
