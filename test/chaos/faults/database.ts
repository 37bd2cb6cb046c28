import { onDatabase } from "../on-database.ts";
import type { DatabaseProxy } from "../proxy.ts";
import type { Stage } from "../stage.ts";
import { between, type Fault, longerThanLease, partOfLease } from "./fault.ts";

export function readOnlyDatabase(stage: Stage): Fault[] {
  const { database } = stage;
  return [
    {
      kind: "read-only-database",
      what: "default_transaction_read_only for all connections",
      strike: () =>
        between(
          () => change(database.url, "SET default_transaction_read_only = on"),
          () => partOfLease(stage),
          () => change(database.url, "RESET default_transaction_read_only"),
        ),
    },
  ];
}

/** It takes effect with the next connection: those that exist are ended. */
async function change(url: () => Promise<string>, setting: string): Promise<void> {
  const name = new URL(await url()).pathname.slice(1);
  await onDatabase(
    await url(),
    `ALTER DATABASE ${name} ${setting}`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()`,
  );
}

/** Connections that transport nothing for longer than a lease, and then break. */
export function halfOpen(stage: Stage): Fault[] {
  const { services, random } = stage;
  const index = random.between(0, services.proxies.length);
  const hits: [string, DatabaseProxy[]][] = [
    [`the connections of service ${index + 1}`, services.proxies.slice(index, index + 1)],
    ["the connections of all services", services.proxies],
  ];
  return hits.map(([what, proxies]) => ({
    kind: "half-open",
    what,
    strike: () =>
      between(
        () => freezeAll(proxies),
        () => longerThanLease(stage),
        () => dropAll(proxies),
      ),
  }));
}

function freezeAll(proxies: readonly DatabaseProxy[]): void {
  for (const proxy of proxies) proxy.freeze();
}

function dropAll(proxies: readonly DatabaseProxy[]): void {
  for (const proxy of proxies) {
    proxy.drop();
    proxy.thaw();
  }
}

export function outage(stage: Stage): Fault[] {
  const { ownDatabase } = stage;
  if (!ownDatabase) return [];
  return [
    {
      kind: "outage",
      what: "postgres is stopped for longer than a lease",
      strike: () => between(ownDatabase.stop, () => longerThanLease(stage), ownDatabase.start),
    },
  ];
}
