// The role of `longshore db url` in the embedded database: what it may read, and for how long. A
// database of the facility's own has no such role, and its roles are the facility's to limit.
import type { Query } from "./client.ts";
import { readerRole } from "./embedded/roles.ts";

/** Every table is in one of these lists; a new one is read by nobody until it is. */
export const readableTables = [
  "_prisma_migrations",
  "datasets",
  "error_groups",
  "file_status",
  "files",
  "object_key_generations",
  "operation_activity",
  "operation_limits",
  "receipt_keys",
  "receipts",
  "request_files",
  "request_finishes",
  "request_moves",
  "request_pace",
  "request_schemas",
  "request_steps",
  "request_warnings",
  "requests",
  "results",
  "task_files",
  "tasks",
  "user_shares",
  "user_work",
  "users",
  "worker_groups",
];

/** Messages carry workers' tokens; a fingerprint of a key lets its reader try guesses. */
export const withheldTables = ["queue_messages", "service_identity"];

/** Lets readers connect and read the tables without secrets that exist. */
export async function grantReaders(query: Query): Promise<void> {
  const tables = await query<{ name: string }>(
    `WITH reader AS (${readerSql})
     SELECT relations.oid::regclass::text AS name FROM pg_class AS relations CROSS JOIN reader
     WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($2)
       AND pg_has_role(relowner, 'USAGE')
       AND NOT has_table_privilege(reader.oid, relations.oid, 'SELECT')`,
    [readerRole, readableTables],
  );
  const names = tables.map(({ name }) => name).join(", ");
  if (names) await query(`GRANT SELECT ON ${names} TO ${readerRole}`);
  await changeConnect(query, "GRANT", "TO");
}

/**
 * Ends all readers' sessions, and lets in no new ones until `grantReaders`: a migration locks
 * tables, and would wait for whoever reads them.
 */
export async function shutOutReaders(query: Query): Promise<void> {
  await changeConnect(query, "REVOKE", "FROM");
  await endReaders(query, "true");
}

/**
 * Ends readers' sessions whose transaction is older: it would keep dead rows from being removed.
 * Returns how many. A role's own timeouts are defaults, which a session may change.
 */
export async function endOldReaders(query: Query, seconds: number): Promise<number> {
  return endReaders(query, "clock_timestamp() - xact_start > make_interval(secs => $2)", seconds);
}

/** The role, if it is ours: the service's role is a member of it. */
const readerSql = "SELECT oid FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, 'USAGE')";

async function endReaders(query: Query, which: string, ...params: number[]): Promise<number> {
  const ended = await query<{ ended: boolean }>(
    `WITH reader AS (${readerSql})
     SELECT pg_terminate_backend(pid) AS ended
     FROM pg_stat_activity JOIN reader ON reader.oid = usesysid
     WHERE datname = current_database() AND ${which}`,
    [readerRole, ...params],
  );
  return ended.filter((row) => row.ended).length;
}

async function changeConnect(
  query: Query,
  change: "GRANT" | "REVOKE",
  preposition: "TO" | "FROM",
): Promise<void> {
  const [database] = await query<{ name: string }>(
    `WITH reader AS (${readerSql})
     SELECT quote_ident(datname) AS name FROM pg_database CROSS JOIN reader
     WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')
       AND has_database_privilege(reader.oid, pg_database.oid, 'CONNECT') = $2`,
    [readerRole, change === "REVOKE"],
  );
  if (database === undefined) return;
  await query(`${change} CONNECT ON DATABASE ${database.name} ${preposition} ${readerRole}`);
}
