import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withNewSums } from "../../prisma/migration-sums.ts";
import { migrate } from "../../src/db/migrate.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { schemaFaults } from "../support/schema-faults.ts";
import { until } from "../support/wait.ts";

let database: FreshDatabase;
/** a copy of prisma/ that a test may change */
let prisma: string;
let migrations: string;

beforeEach(async () => {
  database = await freshDatabase({ empty: true });
  prisma = temporaryFolder("prisma");
  cpSync(fileURLToPath(new URL("../../prisma", import.meta.url)), prisma, { recursive: true });
  migrations = join(prisma, "migrations");
});

afterEach(async () => {
  await database.drop();
  rmSync(prisma, { recursive: true });
});

test("defect 51: of three services that start at once one applies the migrations", async () => {
  const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url)));
  expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  expect(applied.flat()).toEqual([...applied.flat()].sort());
});

test("an edited migration is refused, and so is a database newer than the code", async () => {
  addMigration("20990101000000_next", "CREATE TABLE later (id int);");
  await migrate(database.url, { folder: migrations });
  writeFileSync(
    join(migrations, "20990101000000_next", "migration.sql"),
    "CREATE TABLE later (id bigint);",
  );
  await expect(migrate(database.url, { folder: migrations })).rejects.toThrow(
    /20990101000000_next was edited/,
  );
  await expect(migrate(database.url)).rejects.toThrow(/newer than the code/);
});

test("defect 51: a migration that fails leaves nothing behind, and is applied when it is right", async () => {
  addMigration("20990101000000_next", "CREATE TABLE later (id int); SELECT nonsense;");
  await expect(migrate(database.url, { folder: migrations })).rejects.toThrow(
    /20990101000000_next failed and was rolled back/,
  );
  expect(await tableExists("later")).toBe(false);
  addMigration("20990101000000_next", "CREATE TABLE later (id int);");
  expect(await migrate(database.url, { folder: migrations })).toEqual(["20990101000000_next"]);
  expect(await tableExists("later")).toBe(true);
});

test("while a migration waits for a long reader, others use the table", async () => {
  await migrate(database.url);
  const [reader, user] = await Promise.all([connect(), connect()]);
  await reader.query("BEGIN; SELECT FROM requests");
  addMigration("20990101000000_next", "ALTER TABLE requests ADD COLUMN later int;");
  const waits: string[] = [];
  const migrating = migrate(database.url, {
    folder: migrations,
    onWait: (_, sentence) => waits.push(sentence),
  });
  await until(async () => {
    const { rows } = await user.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'relation'",
    );
    return rows.length > 0;
  });
  await user.query("SET statement_timeout = '30 s'");
  await user.query("SELECT FROM requests FOR UPDATE");
  await until(() => waits.length > 0);
  expect(waits[0]).toMatch(
    /^The migration 20990101000000_next waits for a lock .*: the longest transaction is .*\d s/,
  );
  await reader.query("COMMIT");
  expect(await migrating).toEqual(["20990101000000_next"]);
  await Promise.all([reader.end(), user.end()]);
});

test("Prisma's own engine accepts what the migrator did, and schema.prisma says the same: npm run db:check", async () => {
  await migrate(database.url);
  expect(await schemaFaults(database.url, prisma)).toEqual([]);
});

test("the check finds an edited migration, an unrecorded one, and an outdated schema", async () => {
  await migrate(database.url);
  const [ledger] = ["20261125000000_ledger"].map((name) => join(migrations, name, "migration.sql"));
  const original = readFileSync(ledger ?? "", "utf8");
  writeFileSync(ledger ?? "", `${original}-- one word more\n`);
  const edited = (await schemaFaults(database.url, prisma)).join("\n");
  expect(edited).toMatch(/migrations\/20261125000000_ledger\/migration.sql was edited/);
  expect(edited).toMatch(/20261125000000_ledger was edited after it had been applied/);

  writeFileSync(ledger ?? "", original);
  addMigration("20990101000000_next", "ALTER TABLE requests ADD COLUMN later int;");
  const behind = (await schemaFaults(database.url, prisma)).join("\n");
  expect(behind).toMatch(/20990101000000_next\/migration.sql is not noted/);
  expect(behind).toMatch(/databaseIsBehind/);
  expect(behind).toMatch(/DROP COLUMN "later"/);
});

test("a noted sum never changes", () => {
  const noted = readFileSync(join(prisma, "migrations.sha256"), "utf8");
  writeFileSync(join(migrations, "20261125000000_ledger", "migration.sql"), "SELECT 1;");
  addMigration("20990101000000_next", "SELECT 2;");
  expect(withNewSums(prisma)).toContain(noted);
  expect(withNewSums(prisma)).toContain("20990101000000_next");
});

function addMigration(name: string, sql: string): void {
  mkdirSync(join(migrations, name), { recursive: true });
  writeFileSync(join(migrations, name, "migration.sql"), sql);
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}

async function tableExists(name: string): Promise<boolean> {
  const client = await connect();
  const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [name]);
  await client.end();
  return rows[0].there;
}
