// A real Postgres from an npm package, with its data in DATA_DIR. Restarted when it dies.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { lockFolder } from "../folder-lock.ts";
import { isRunning } from "../live-process.ts";
import type { Logger } from "../log.ts";
import { keptSecret } from "../secrets.ts";
import { connectionTo } from "./connection.ts";
import { type Account, chooseAccount } from "./embedded/account.ts";
import { type Binaries, findBinaries } from "./embedded/binaries.ts";
import { type Cluster, configureCluster, ensureCluster, ownerRole } from "./embedded/cluster.ts";
import {
  freePort,
  type Postmaster,
  readPostmaster,
  startPostmaster,
  stopPostmaster,
} from "./embedded/postmaster.ts";

export interface EmbeddedPostgres {
  url: string;
  /** may read everything and write nothing */
  readOnlyUrl: string;
  pid(): number;
  alive(): boolean;
  stop(): Promise<void>;
}

interface Options {
  dataDir: string;
  log: Logger;
  /** Postgres settings that differ from ours, for tests */
  settings?: Record<string, string>;
}

const database = "longshore";
const readerRole = "longshore_reader";
const pollMilliseconds = 250;

export async function startEmbeddedPostgres({
  dataDir,
  log,
  settings = {},
}: Options): Promise<EmbeddedPostgres> {
  const folder = join(dataDir, "postgres");
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const unlock = lockFolder(folder);
  let stop = async (): Promise<void> => undefined;
  try {
    const binaries = findBinaries();
    const account = chooseAccount([folder, binaries.root]);
    const cluster = await ensureCluster(
      folder,
      binaries,
      account,
      keptSecret(dataDir, "database-owner"),
    );
    stop = () => stopPostmaster(cluster, binaries, account);
    const postmaster = await startCluster(folder, cluster, binaries, account, settings);
    const urls = databaseUrls(dataDir, postmaster.port);
    await ensureDatabase(urls.maintenance, keptSecret(dataDir, "database-reader")).catch(
      (error: Error) => {
        throw new Error(`The database in ${folder} (DATA_DIR) cannot be used: ${error.message}.`, {
          cause: error,
        });
      },
    );
    const watch = keepAlive(postmaster, () => startPostmaster(cluster, binaries, account), log);
    return {
      url: urls.owner,
      readOnlyUrl: urls.reader,
      pid: watch.pid,
      alive: watch.alive,
      stop: async () => {
        await watch.end();
        await stop();
        unlock();
      },
    };
  } catch (error) {
    // Also where Postgres is still starting, or is there and refuses us
    await stop().catch((failure: Error) =>
      log.warn({ err: failure }, "the embedded Postgres could not be stopped"),
    );
    unlock();
    throw error;
  }
}

/** The URLs of a folder's Postgres if it runs, no matter which process started it. */
export function runningEmbeddedUrls(
  dataDir: string,
): { url: string; readOnlyUrl: string } | undefined {
  const running = readPostmaster({ data: join(dataDir, "postgres", "data") });
  if (running === undefined) return undefined;
  const { owner, reader } = databaseUrls(dataDir, running.port);
  return { url: owner, readOnlyUrl: reader };
}

/** A Postgres that outlived a killed service is used again, unless its settings have changed. */
async function startCluster(
  folder: string,
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  settings: Record<string, string>,
): Promise<Postmaster> {
  const portFile = join(folder, "port");
  const running = readPostmaster(cluster);
  const port =
    running?.port ??
    (await freePort(existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : 0));
  const changed = configureCluster(cluster, account, port, settings);
  if (running !== undefined && !changed) return running;
  await stopPostmaster(cluster, binaries, account);
  const started = await startPostmaster(cluster, binaries, account);
  writeFileSync(portFile, String(started.port));
  return started;
}

function databaseUrls(
  dataDir: string,
  port: number,
): { owner: string; reader: string; maintenance: string } {
  const url = (role: string, password: string, name: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/${name}`;
  const password = keptSecret(dataDir, "database-owner");
  return {
    owner: url(ownerRole, password, database),
    reader: url(readerRole, keptSecret(dataDir, "database-reader"), database),
    maintenance: url(ownerRole, password, "postgres"),
  };
}

async function ensureDatabase(url: string, readerPassword: string): Promise<void> {
  const client = new pg.Client(connectionTo(url, "longshore start"));
  await client.connect();
  try {
    const { rows } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [readerRole]);
    if (rows.length === 0) {
      await client.query(
        `CREATE ROLE ${readerRole} LOGIN PASSWORD '${readerPassword}' IN ROLE pg_read_all_data;
         ALTER ROLE ${readerRole} SET default_transaction_read_only = on`,
      );
    }
    const { rows: databases } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [
      database,
    ]);
    if (databases.length === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

function keepAlive(first: Postmaster, start: () => Promise<Postmaster>, log: Logger) {
  let postmaster = first;
  let restart: Promise<void> | undefined;
  const alive = () => restart === undefined && isRunning(postmaster.pid);
  const check = () => {
    if (restart !== undefined || isRunning(postmaster.pid)) return;
    log.warn({ postgres: postmaster.pid }, "the embedded Postgres has died; starting it again");
    restart = start()
      .then((next) => {
        postmaster = next;
        log.info({ postgres: next.pid }, "the embedded Postgres runs again");
      })
      // Child processes of a killed Postgres may hold its memory for a moment: the next check
      // tries again.
      .catch((error: unknown) =>
        log.warn(
          { reason: error instanceof Error ? error.message : error },
          "the embedded Postgres did not start; trying again",
        ),
      )
      .finally(() => {
        restart = undefined;
      });
  };
  const timer = setInterval(check, pollMilliseconds);
  timer.unref();
  const end = async () => {
    clearInterval(timer);
    await restart;
  };
  return { alive, end, pid: () => postmaster.pid };
}
