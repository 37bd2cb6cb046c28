// Who has the service's database URL, or the reader's, runs commands and reads files as Postgres.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { endOldReaders, readableTables, withheldTables } from "../../src/db/readers.ts";
import { silentLog } from "../../src/log.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

const dataDir = temporaryFolder("commands");
let postgres: EmbeddedPostgres;
let service: pg.Client;
let reader: pg.Client;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, log: silentLog() });
  await migrate(postgres.url);
  service = await connect(postgres.url);
  reader = await connect(postgres.readOnlyUrl);
});
afterAll(async () => {
  await Promise.all([service?.end(), reader?.end()]);
  await postgres?.stop();
  rmSync(dataDir, { recursive: true });
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A session that the service ends
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

const query = async (text: string, params?: unknown[]) =>
  (await service.query(text, params)).rows as never;

const ofSuperusers = [
  "COPY (SELECT 1) TO PROGRAM 'id'",
  "COPY users FROM PROGRAM 'id'",
  "COPY (SELECT 1) TO '/tmp/longshore-attack'",
  "SELECT pg_read_file('/etc/passwd')",
  "SELECT pg_read_binary_file('/etc/passwd')",
  "SELECT pg_ls_dir('/')",
  "SELECT lo_import('/etc/passwd')",
  "CREATE ROLE attacker SUPERUSER LOGIN",
  "CREATE ROLE attacker",
  "CREATE DATABASE attacker",
  "ALTER SYSTEM SET archive_command = 'id'",
  "ALTER ROLE longshore LOGIN PASSWORD 'x'",
  "ALTER ROLE longshore_service SUPERUSER",
  "GRANT pg_execute_server_program TO longshore_service",
  "SET ROLE longshore",
  "SET SESSION AUTHORIZATION longshore",
  "CREATE FUNCTION attack() RETURNS int LANGUAGE c AS '/tmp/x.so', 'f'",
  "CREATE EXTENSION file_fdw",
  "LOAD '/tmp/x.so'",
];

test.each(ofSuperusers)("nobody who has a URL of the database can: %s", async (statement) => {
  for (const client of [service, reader]) {
    await client.query("SET default_transaction_read_only = off");
    await expect(client.query(statement)).rejects.toThrow(
      /permission denied|must be|Only roles|could not open extension|not permitted|not allowed/,
    );
  }
});

test("no role that may log in has an attribute, and the superuser may not log in", async () => {
  const { rows } = await service.query(
    `SELECT rolname, rolcanlogin FROM pg_roles
     WHERE rolcanlogin
       AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)`,
  );
  expect(rows).toEqual([]);
  const own = await service.query(
    `SELECT current_user AS name, pg_get_userbyid(datdba) AS owner
     FROM pg_database WHERE datname = current_database()`,
  );
  expect(own.rows).toEqual([{ name: "longshore_service", owner: "longshore_service" }]);
  const url = new URL(postgres.url);
  url.username = "longshore";
  await expect(connect(url.href)).rejects.toThrow(/authentication failed|not permitted to log in/);
});

test.each([
  "CREATE TEMPORARY TABLE filler (word text)",
  "CREATE TABLE filler (word text)",
  "SELECT lo_from_bytea(0, 'x')",
  "SELECT lo_create(0)",
  "SELECT pg_logical_emit_message(false, 'x', 'y')",
  "SELECT pg_advisory_lock(72707369)",
  "SELECT pg_try_advisory_lock(727073, 1)",
  "SELECT pg_advisory_xact_lock_shared(72707369)",
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'longshore_service'",
  "DO $$ BEGIN LOCK TABLE requests IN ACCESS EXCLUSIVE MODE; END $$",
  "SET temp_file_limit = -1",
  "SELECT * FROM queue_messages",
  "SELECT * FROM service_identity",
  "DELETE FROM requests",
])("a reader cannot: %s", async (statement) => {
  await reader.query("SET default_transaction_read_only = off");
  await expect(reader.query(statement)).rejects.toThrow(/permission denied/);
});

test("each table is one that readers read or one that is withheld", async () => {
  const { rows } = await service.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
     ORDER BY name`,
  );
  expect(rows.map(({ name }) => name)).toEqual([...readableTables, ...withheldTables].sort());
  for (const table of readableTables) await reader.query(`SELECT * FROM ${table} LIMIT 1`);
});

test("readers get five connections, and none to another database", async () => {
  const sessions = [reader];
  for (let number = 2; number <= 5; number++) sessions.push(await connect(postgres.readOnlyUrl));
  await expect(connect(postgres.readOnlyUrl)).rejects.toThrow(/too many connections for role/);
  await Promise.all(sessions.slice(1).map((session) => session.end()));
  for (const name of ["postgres", "template1"]) {
    const url = new URL(postgres.readOnlyUrl);
    url.pathname = name;
    await until(() =>
      connect(url.href).then(
        () => false,
        (error: Error) => /permission denied for database/.test(error.message),
      ),
    );
  }
});

test("a reader's transaction that stays open is ended, whatever timeouts it sets", async () => {
  const open = await connect(postgres.readOnlyUrl);
  const ended = new Promise((resolve) => open.once("end", resolve));
  await open.query("SET idle_in_transaction_session_timeout = 0");
  await open.query("BEGIN");
  await open.query("SELECT count(*) FROM requests");
  expect(await endOldReaders(query, 60)).toBe(0);
  expect(await endOldReaders(query, 0)).toBe(1);
  await ended;
  expect((await service.query("SELECT 1 AS alive")).rows).toEqual([{ alive: 1 }]);
});

test("a reader that has tables locked does not keep a migration waiting", async () => {
  const open = await connect(postgres.readOnlyUrl);
  await open.query("BEGIN");
  await open.query("SELECT count(*) FROM requests");
  const folder = join(dataDir, "migrations");
  cpSync("prisma/migrations", folder, { recursive: true });
  mkdirSync(join(folder, "99999999_later"));
  const later = (sql: string) => writeFileSync(join(folder, "99999999_later/migration.sql"), sql);
  later("SELECT 1 / 0");
  await expect(migrate(postgres.url, { folder })).rejects.toThrow(/division by zero/);
  await expect(connect(postgres.readOnlyUrl)).rejects.toThrow(/permission denied for database/);
  later("LOCK TABLE requests IN ACCESS EXCLUSIVE MODE");
  expect(await migrate(postgres.url, { folder })).toEqual(["99999999_later"]);
  const again = await connect(postgres.readOnlyUrl);
  expect((await again.query("SELECT 1 AS alive")).rows).toEqual([{ alive: 1 }]);
  await again.end();
});
