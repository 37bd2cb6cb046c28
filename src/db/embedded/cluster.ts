// The files of the embedded Postgres: created once, configured at every start.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";

export interface Cluster {
  /** Postgres' data directory */
  data: string;
  /** what Postgres prints */
  log: string;
}

export const ownerRole = "longshore";

/** Created under another name first, so that a start killed here leaves no half-made cluster. */
export async function ensureCluster(
  folder: string,
  binaries: Binaries,
  account: Account,
  password: string,
): Promise<Cluster> {
  const data = join(folder, "data");
  if (!existsSync(data)) {
    const draft = join(folder, "data.new");
    const passwordFile = join(folder, "password.new");
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    for (const path of [folder, draft, passwordFile]) account.own(path);
    await account.run(binaries.initdb, [
      ...[
        "--pgdata",
        draft,
        "--username",
        ownerRole,
        "--pwfile",
        passwordFile,
        "--auth",
        "scram-sha-256",
        "--no-instructions",
      ],
      // Text sorts alike on every machine. By default, an unset LANG makes the database SQL_ASCII.
      ...["--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    ]);
    rmSync(passwordFile);
    writeFileSync(
      join(draft, "postgresql.conf"),
      `${readFileSync(join(draft, "postgresql.conf"), "utf8")}\ninclude = 'longshore.conf'\n`,
    );
    renameSync(draft, data);
  }
  return { data, log: join(folder, "log") };
}

/** Returns whether the settings changed: a running Postgres would not have them. */
export function configureCluster(
  cluster: Cluster,
  account: Account,
  port: number,
  overrides: Record<string, string>,
): boolean {
  const path = join(cluster.data, "longshore.conf");
  const lines = Object.entries({ ...settings, port: String(port), ...overrides }).map(
    ([name, value]) => `${name} = '${value}'\n`,
  );
  const text = `# Written by Longshore at every start.\n${lines.join("")}`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  writeFileSync(path, text);
  account.own(path);
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
