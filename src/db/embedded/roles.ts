// The roles of the embedded Postgres. The service's role owns its database and has no attributes;
// the cluster's superuser cannot log in.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { moveObjects, restrictFunctions } from "./roles-sql.ts";
import { type Offline, runOffline } from "./single-user.ts";

export const database = "longshore";
/** initdb makes it; in earlier versions it was the service's role too */
export const superuser = "longshore";
export const serviceRole = "longshore_service";
export const readerRole = "longshore_reader";

export interface Passwords {
  /** hexadecimal, like all secrets that are kept in DATA_DIR */
  service: string;
  reader: string;
}

/** Whether this cluster has the roles as this version of the code makes them. */
export function hasRoles(data: string): boolean {
  const path = markOf(data);
  return existsSync(path) && readFileSync(path, "utf8") === digest();
}

/**
 * Creates the roles, or brings those of an earlier version up to date: there the service's role was
 * the superuser and owned everything. May run again after a crash at any point.
 */
export async function makeRoles(offline: Offline, passwords: Passwords): Promise<void> {
  const databases = await runOffline(offline, "postgres", [
    ...roleStatements(passwords),
    "SELECT datname FROM pg_database",
  ]);
  if (!databases.includes(`datname = "${database}"`))
    await runOffline(offline, "postgres", [`CREATE DATABASE ${database}`]);
  await runOffline(offline, database, databaseStatements);
  await offline.account.write(markOf(offline.data), digest());
}

/** In the cluster's own folder, so that a copy of the cluster takes it along. */
function markOf(data: string): string {
  return join(data, "longshore.roles");
}

function digest(): string {
  const statements = [...roleStatements({ service: "", reader: "" }), ...databaseStatements];
  return createHash("sha256").update(statements.join("\n")).digest("hex");
}

const noAttributes = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT";

function roleStatements(passwords: Passwords): string[] {
  return [
    `DO $$ BEGIN
       IF to_regrole('${serviceRole}') IS NULL THEN CREATE ROLE ${serviceRole}; END IF;
       IF to_regrole('${readerRole}') IS NULL THEN CREATE ROLE ${readerRole}; END IF;
     END $$`,
    `ALTER ROLE ${serviceRole} LOGIN ${noAttributes} PASSWORD '${passwords.service}'`,
    `ALTER ROLE ${readerRole} LOGIN ${noAttributes} CONNECTION LIMIT 5
       PASSWORD '${passwords.reader}'`,
    `ALTER ROLE ${readerRole} SET default_transaction_read_only = on`,
    // Unlike most limits, a session cannot change this one.
    `ALTER ROLE ${readerRole} SET temp_file_limit = '2GB'`,
    `REVOKE pg_read_all_data FROM ${readerRole}`,
    // So that the service sees and ends the sessions of readers.
    `GRANT ${readerRole} TO ${serviceRole}`,
    "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC",
  ];
}

/** The superuser's login goes last: until then, an earlier version could still use the folder. */
const databaseStatements = [
  "BEGIN",
  `ALTER DATABASE ${database} OWNER TO ${serviceRole}`,
  `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
  `GRANT CONNECT ON DATABASE ${database} TO ${readerRole}`,
  moveObjects(superuser, serviceRole),
  restrictFunctions(serviceRole),
  `ALTER ROLE ${superuser} NOLOGIN PASSWORD NULL`,
  "COMMIT",
];
