// The role of `longshore db url` in the embedded database: what it may read, and for how long. A
// database of the facility's own has no such role, and its roles are the facility's to limit.
import type { Query } from "./client.ts";
import { readerRole } from "./embedded/roles.ts";

/** Every table is in one of these lists; a new one is read by nobody until it is. */
export const readableTables = [
  "_prisma_migrations",
  "acts",
  "attachments",
  "bindings",
  "datasets",
  "error_groups",
  "facade_callers",
  "file_status",
  "files",
  "group_members",
  "groups",
  "identities",
  "imported_rows",
  "leaders",
  "object_key_generations",
  "operation_activity",
  "operation_limits",
  "receipt_keys",
  "receipts",
  "request_files",
  "request_finishes",
  "request_moves",
  "request_pace",
  "request_progress",
  "request_schemas",
  "request_steps",
  "request_warnings",
  "requests",
  "results",
  "service_beats",
  "step_workloads",
  "tape_calls",
  "task_files",
  "tasks",
  "unexplained_failures",
  "user_shares",
  "user_work",
  "users",
  "worker_groups",
];

/**
 * Messages carry workers' tokens; hashes of people's secrets, sign-ins under way and messages to
 * them are nobody's to read; secrets of addresses are kept apart; a fingerprint of a key lets
 * its reader try guesses. Of addresses, the audit reads which files have secrets. Probes are always
 * deleted again.
 */
export const withheldTables = [
  "access_keys",
  "admin_links",
  "api_tokens",
  "device_codes",
  "file_secrets",
  "location_secrets",
  "notices",
  "queue_messages",
  "service_identity",
  "sessions",
  "sign_ins",
  "write_probes",
];

/** Lets readers connect and read the tables without secrets that exist. */
export async function grantReaders(query: Query): Promise<void> {
  await query(grants);
}

/**
 * Ends all readers' sessions, and lets in no new ones until `grantReaders`: a migration locks
 * tables, and would wait for whoever reads them.
 */
export async function shutOutReaders(query: Query): Promise<void> {
  await query(shutOut);
  await endReaders(query, null);
}

/**
 * Ends readers' sessions whose transaction is older: it would keep dead rows from being removed.
 * Returns how many. A role's own timeouts are defaults, which a session may change.
 */
export async function endOldReaders(query: Query, seconds: number): Promise<number> {
  return endReaders(query, seconds);
}

/** All of them without `seconds`. */
async function endReaders(query: Query, seconds: number | null): Promise<number> {
  const ended = await query<{ ended: boolean }>(
    `WITH reader AS (
       SELECT oid FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, 'USAGE')
     )
     SELECT pg_terminate_backend(pid) AS ended
     FROM pg_stat_activity JOIN reader ON reader.oid = usesysid
     WHERE datname = current_database()
       AND ($2::float8 IS NULL OR clock_timestamp() - xact_start > make_interval(secs => $2))`,
    [readerRole, seconds],
  );
  return ended.filter((row) => row.ended).length;
}

/** Runs the statements only in an embedded database: there, the service's role is a member. */
function whereReaderIsOurs(statements: string): string {
  return `DO $$
DECLARE readable text;
BEGIN
  IF to_regrole('${readerRole}') IS NULL THEN RETURN; END IF;
  IF NOT pg_has_role('${readerRole}', 'USAGE') THEN RETURN; END IF;
  ${statements}
END $$`;
}

const ownsDatabase = `EXISTS (
    SELECT FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE'))`;

const grants = whereReaderIsOurs(`FOR readable IN
    SELECT oid::regclass FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace
      AND relname = ANY('{${readableTables.join(", ")}}') AND pg_has_role(relowner, 'USAGE')
      AND NOT has_table_privilege('${readerRole}', oid, 'SELECT')
  LOOP
    EXECUTE format('GRANT SELECT ON %s TO ${readerRole}', readable);
  END LOOP;
  IF to_regclass('file_secrets') IS NOT NULL
    AND NOT has_column_privilege('${readerRole}', 'location_secrets', 'file_id', 'SELECT')
  THEN
    GRANT SELECT (file_id) ON file_secrets TO ${readerRole};
    GRANT SELECT (request_id, file_id) ON location_secrets TO ${readerRole};
  END IF;
  IF ${ownsDatabase} AND NOT has_database_privilege('${readerRole}', current_database(), 'CONNECT')
  THEN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${readerRole}', current_database());
  END IF;`);

const shutOut = whereReaderIsOurs(`IF ${ownsDatabase} THEN
    EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM ${readerRole}', current_database());
  END IF;`);
