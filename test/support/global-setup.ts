// One embedded Postgres for the whole run, with a migrated database that every test copies.
import { rmSync } from "node:fs";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { openDb } from "../../src/db/client.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";
import { silentLog } from "../../src/log.ts";
import { temporaryFolder } from "./folder.ts";

declare module "vitest" {
  export interface ProvidedContext {
    databaseServer: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = temporaryFolder("tests");
  // Without fsync a killed Postgres loses nothing, only a machine without power would.
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog(), settings: { max_connections: "300", fsync: "off" } });
  await makeTemplate(postgres.url);
  project.provide("databaseServer", postgres.url);
  return async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

async function makeTemplate(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query("CREATE DATABASE template_longshore");
  await client.end();
  const url = new URL(server);
  url.pathname = "/template_longshore";
  await migrate(url.href);
  const db = openDb({ url: url.href, applicationName: "tests", max: 1 });
  await ensurePartitions(db);
  await db.close();
}
