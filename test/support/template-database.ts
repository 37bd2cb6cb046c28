import pg from "pg";
import { openDb } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";

export const templateName = "template_longshore";

/** A migrated database with its partitions, for tests to copy. */
export async function makeTemplate(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${templateName}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${templateName}`;
  await migrate(url.href);
  const db = openDb({ url: url.href, applicationName: "tests", max: 1 });
  await ensurePartitions(db);
  await db.close();
}
