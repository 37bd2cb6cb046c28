import { randomUUID } from "node:crypto";
import pRetry from "p-retry";
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
  return { url: url.href, drop: () => dropDatabase(name) };
}

/** insufficient_privilege, object_in_use */
const worthAnotherTry = ["42501", "55006"];

/**
 * A superuser's process that cleans up in it cannot be ended by WITH (FORCE) of another role. It is
 * asked to end when the plain statement is tried.
 */
async function dropDatabase(name: string): Promise<void> {
  await pRetry(
    (attempt) => onServer(`DROP DATABASE IF EXISTS ${name}${attempt % 2 ? " WITH (FORCE)" : ""}`),
    {
      retries: 10,
      minTimeout: 50,
      factor: 1,
      shouldRetry: ({ error }) => worthAnotherTry.includes((error as pg.DatabaseError).code ?? ""),
    },
  );
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
