// The files of the embedded Postgres: created once, configured at every start.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { makeRoles, type Passwords, superuser } from "./roles.ts";

export interface Cluster {
  /** Postgres' data directory */
  data: string;
  /** what Postgres prints */
  log: string;
}

/** Created under another name first, so that a start killed here leaves no half-made cluster. */
export async function ensureCluster(
  folder: string,
  { binaries, account, passwords }: { binaries: Binaries; account: Account; passwords: Passwords },
): Promise<Cluster> {
  const data = join(folder, "data");
  account.own(folder);
  if (!existsSync(data)) {
    const draft = join(folder, "data.new");
    rmSync(draft, { recursive: true, force: true });
    await createCluster(draft, binaries, account);
    await makeRoles({ data: draft, binaries, account }, passwords);
    const settingsFile = join(draft, "postgresql.conf");
    const defaults = readFileSync(settingsFile, "utf8");
    await account.write(settingsFile, `${defaults}\ninclude = 'longshore.conf'\n`);
    renameSync(draft, data);
  }
  return { data, log: join(folder, "log") };
}

/** The superuser's password is random, used by nobody, and removed with its right to log in. */
async function createCluster(data: string, binaries: Binaries, account: Account): Promise<void> {
  const passwordFile = `${data}.password`;
  await account.write(passwordFile, randomBytes(32).toString("hex"));
  await account.run(binaries.initdb, [
    ...["--pgdata", data, "--username", superuser, "--pwfile", passwordFile],
    ...["--auth", "scram-sha-256", "--no-instructions"],
    // Text sorts alike on every machine. By default, an unset LANG makes the database SQL_ASCII.
    ...["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
  ]);
  rmSync(passwordFile);
}

/** Returns whether the settings changed: a running Postgres would not have them. */
export async function configureCluster(
  cluster: Cluster,
  account: Account,
  port: number,
  overrides: Record<string, string>,
): Promise<boolean> {
  const path = join(cluster.data, "longshore.conf");
  const lines = Object.entries({ ...settings, port: String(port), ...overrides }).map(
    ([name, value]) => `${name} = '${value}'\n`,
  );
  const text = `# Written by Longshore at every start.\n${lines.join("")}`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  await account.write(path, text);
  return true;
}

const settings = {
  listen_addresses: "127.0.0.1",
  // No socket file: its path could be longer than the allowed 107 bytes, and we do not need it.
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  wal_compression: "on",
  random_page_cost: "1.1",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
};
