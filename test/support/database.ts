import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/**
 * A migrated database of a test's own, with its partitions and without rows; `empty` has not even
 * tables.
 */
export async function freshDatabase({ empty = false } = {}): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const template = empty ? "template0" : "template_longshore";
  // Page by page through the WAL, which is the default, takes several times as long
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(inject("databaseServer"));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject("databaseServer") });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
