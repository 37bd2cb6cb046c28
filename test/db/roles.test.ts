// Data folders of earlier versions, in which the service's role was the cluster's superuser.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDb } from "../../src/db/client.ts";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import { freePort, readPostmaster, startPostmaster } from "../../src/db/embedded/postmaster.ts";
import { hasRoles } from "../../src/db/embedded/roles.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";
import { silentLog } from "../../src/log.ts";
import { keptSecret } from "../../src/secrets.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

let dataDir: string;
let data: string;

/** As version 0.1.0 made its folder, with the server still running, as after a kill -9. */
beforeEach(async () => {
  dataDir = temporaryFolder("roles");
  const folder = join(dataDir, "postgres");
  data = join(folder, "data");
  const account = chooseAccount();
  const binaries = findBinaries();
  account.own(dataDir);
  const password = keptSecret(dataDir, "database-owner");
  await account.run("mkdir", [folder]);
  await account.write(join(folder, "password"), password);
  await account.run(binaries.initdb, [
    ...["--pgdata", data, "--username", "longshore", "--pwfile", join(folder, "password")],
    ...["--auth", "scram-sha-256", "--no-instructions"],
    ...["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
  ]);
  const port = await freePort(0);
  await account.run("sh", [
    "-c",
    'echo "include = \'longshore.conf\'" >>"$1"',
    "sh",
    `${data}/postgresql.conf`,
  ]);
  await account.write(
    join(data, "longshore.conf"),
    `port = '${port}'\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n`,
  );
  await startPostmaster({ data, log: join(folder, "log") }, binaries, account);
  const url = (database: string) =>
    `postgresql://longshore:${password}@127.0.0.1:${port}/${database}`;
  await ask(
    url("postgres"),
    `CREATE ROLE longshore_reader LOGIN PASSWORD 'x' IN ROLE pg_read_all_data;
     ALTER ROLE longshore_reader SET default_transaction_read_only = on`,
  );
  await ask(url("postgres"), "CREATE DATABASE longshore");
  await migrate(url("longshore"));
  await ask(
    url("longshore"),
    `CREATE SCHEMA own;
     CREATE TABLE own.kept (id bigint GENERATED ALWAYS AS IDENTITY, word text);
     INSERT INTO own.kept (word) VALUES ('before');
     CREATE SEQUENCE own.numbers;
     CREATE TYPE own.mood AS ENUM ('calm');
     CREATE VIEW own.words AS SELECT word FROM own.kept`,
  );
});
afterEach(async () => {
  const running = readPostmaster({ data });
  if (running) process.kill(running.pid, "SIGINT");
  await until(() => readPostmaster({ data }) === undefined);
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** What is true of a folder that has the roles, with all its data. */
async function check(url: string): Promise<void> {
  expect(
    await ask(
      url,
      `SELECT rolname, rolsuper, rolcanlogin FROM pg_roles
       WHERE rolname ~ '^longshore' ORDER BY rolname`,
    ),
  ).toEqual([
    { rolname: "longshore", rolsuper: true, rolcanlogin: false },
    { rolname: "longshore_reader", rolsuper: false, rolcanlogin: true },
    { rolname: "longshore_service", rolsuper: false, rolcanlogin: true },
  ]);
  expect(
    await ask(
      url,
      `SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE nspname IN ('public', 'own') AND relowner = 'longshore'::regrole
       UNION ALL SELECT proname FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace AND proowner = 'longshore'::regrole`,
    ),
  ).toEqual([]);
  expect(await ask(url, "SELECT word FROM own.words")).toEqual([{ word: "before" }]);
  await ask(url, "ALTER TYPE own.mood ADD VALUE IF NOT EXISTS 'glad'");
  // As the next version's migrations will do
  await ask(
    url,
    "ALTER TABLE requests ADD COLUMN later int; ALTER TABLE requests DROP COLUMN later",
  );
  expect(await migrate(url)).toEqual([]);
  const db = openDb({ url, applicationName: "tests", max: 1 });
  await ensurePartitions(db, new Date("2030-01-15"));
  await db.close();
}

test("a start takes the attributes from the service's role and keeps all data", async () => {
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog() });
  await check(postgres.url);
  const password = keptSecret(dataDir, "database-owner");
  const { port } = new URL(postgres.url);
  await expect(
    ask(`postgresql://longshore:${password}@127.0.0.1:${port}/longshore`, "SELECT 1"),
  ).rejects.toThrow(/authentication failed/);
  expect(await ask(postgres.readOnlyUrl, "SELECT count(*)::int AS n FROM requests")).toEqual([
    { n: 0 },
  ]);
  await expect(ask(postgres.readOnlyUrl, "SELECT * FROM queue_messages")).rejects.toThrow(
    /permission denied/,
  );
  await postgres.stop();
});

test("killed at any moment of that start, the next one completes it", async () => {
  let kills = 0;
  // Each delay is half as long again, so that fast and slow machines are killed at many moments.
  for (let delay = 20; !hasRoles(data) && delay < 20_000; delay *= 1.5) {
    const child = fork("test/db/start-embedded.ts", [dataDir], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    if (await killedAfter(child, delay)) kills += 1;
  }
  expect(kills).toBeGreaterThan(3);
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog() });
  await check(postgres.url);
  await postgres.stop();
  expect(existsSync(join(data, "postmaster.pid"))).toBe(false);
});

/** Kills the process so many milliseconds after it began the start. */
async function killedAfter(child: ChildProcess, milliseconds: number): Promise<boolean> {
  await once(child, "message");
  const exit = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const [, signal] = await exit;
  clearTimeout(timer);
  return signal === "SIGKILL";
}
