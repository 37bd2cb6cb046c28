// One embedded Postgres for the whole run, with a migrated database that every test copies.
import pg from "pg";
import type { TestProject } from "vitest/node";
import { openDb } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";
import { throwawayPostgres } from "./throwaway-postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    databaseServer: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await throwawayPostgres({ max_connections: "300" });
  await makeTemplate(postgres.url);
  project.provide("databaseServer", postgres.url);
  return postgres.stop;
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
