import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { dropDatabase, onServer } from "./on-server.ts";

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
  const server = inject("databaseServer");
  // Page by page through the WAL, which is the default, takes several times as long
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(server, name) };
}
