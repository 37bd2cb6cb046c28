// A real Postgres from an npm package, with its data in DATA_DIR. Restarted when it dies.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pRetry from "p-retry";
import pg from "pg";
import { lockFolder } from "../folder-lock.ts";
import type { Logger } from "../log.ts";
import { keptSecret } from "../secrets.ts";
import { inWords } from "../system-problem.ts";
import { connectionTo } from "./connection.ts";
import { type Account, chooseAccount } from "./embedded/account.ts";
import { type Binaries, findBinaries } from "./embedded/binaries.ts";
import { type Cluster, configureCluster, ensureCluster } from "./embedded/cluster.ts";
import { keepAlive } from "./embedded/keep-alive.ts";
import { choosePlace, clusterFolder } from "./embedded/place.ts";
import {
  freePort,
  type Postmaster,
  readPostmaster,
  removeStalePid,
  startPostmaster,
  stopPostmaster,
} from "./embedded/postmaster.ts";
import {
  database,
  hasRoles,
  makeRoles,
  type Passwords,
  readerRole,
  serviceRole,
} from "./embedded/roles.ts";
import { endConnection } from "./end-connection.ts";

export interface EmbeddedPostgres {
  url: string;
  /** reads the tables without secrets and writes nothing */
  readOnlyUrl: string;
  pid(): number;
  alive(): boolean;
  stop(): Promise<void>;
}

/** PostgreSQL, "cannot_connect_now": it starts or recovers. */
const cannotConnectNow = "57P03";
const longestRecoverySeconds = 60;

interface Options {
  dataDir: string;
  log: Logger;
  /** Postgres settings that differ from ours, for tests */
  settings?: Record<string, string>;
}

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
    const account = chooseAccount();
    const place = await choosePlace(dataDir, { account, found: findBinaries(), log });
    const { binaries } = place;
    const passwords = passwordsOf(dataDir);
    const cluster = await ensureCluster(place.folder, { binaries, account, passwords });
    stop = () => stopPostmaster(cluster);
    if (!hasRoles(cluster.data)) {
      await stop();
      await removeStalePid(cluster);
      await makeRoles({ data: cluster.data, binaries, account }, passwords);
      log.info("the database's roles are up to date");
    }
    const port = join(folder, "port");
    const postmaster = await startCluster(port, cluster, binaries, account, settings);
    const urls = databaseUrls(dataDir, postmaster.port);
    const isStarting = (error: Error) =>
      isCannotConnectNow(error) ||
      // It has its pid file, and does not listen yet: the start before this one was killed.
      (isRefused(error) && readPostmaster(cluster)?.pid === postmaster.pid);
    await checkLogin(urls.owner, { isStarting, log }).catch((error: Error) => {
      throw new Error(
        `The database in ${place.folder} (DATA_DIR) cannot be used: ${inWords(error)}.`,
        { cause: error },
      );
    });
    const watch = keepAlive(postmaster, () => startPostmaster(cluster, binaries, account), log);
    return {
      url: urls.owner,
      readOnlyUrl: urls.reader,
      pid: watch.pid,
      alive: watch.alive,
      stop: async () => {
        await watch.end();
        await stop();
        await watch.quit();
        unlock();
      },
    };
  } catch (error) {
    // Also where Postgres is still starting, or runs and refuses us
    await stop().catch((failure: Error) =>
      log.warn({ err: failure }, "the embedded Postgres could not be stopped"),
    );
    unlock();
    throw error;
  }
}

/** Whether a data folder has a database, running or not. */
export function hasEmbedded(dataDir: string): boolean {
  return existsSync(join(clusterFolder(dataDir), "data"));
}

/** The URLs of a folder's Postgres if it runs, no matter which process started it. */
export function runningEmbeddedUrls(
  dataDir: string,
): { url: string; readOnlyUrl: string } | undefined {
  const data = join(clusterFolder(dataDir), "data");
  const running = readPostmaster({ data });
  // Of an earlier version, with other roles
  if (running === undefined || !hasRoles(data)) return undefined;
  const { owner, reader } = databaseUrls(dataDir, running.port);
  return { url: owner, readOnlyUrl: reader };
}

/** A Postgres that outlived a killed service is used again, unless its settings have changed. */
async function startCluster(
  portFile: string,
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  settings: Record<string, string>,
): Promise<Postmaster> {
  const running = readPostmaster(cluster);
  const port =
    running?.port ??
    (await freePort(existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : 0));
  const changed = await configureCluster(cluster, account, port, settings);
  if (running !== undefined && !changed) return running;
  await stopPostmaster(cluster);
  const started = await startPostmaster(cluster, binaries, account);
  writeFileSync(portFile, String(started.port));
  return started;
}

function passwordsOf(dataDir: string): Passwords {
  return {
    service: keptSecret(dataDir, "database-owner"),
    reader: keptSecret(dataDir, "database-reader"),
  };
}

function databaseUrls(dataDir: string, port: number): { owner: string; reader: string } {
  const passwords = passwordsOf(dataDir);
  const url = (role: string, password: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
  return {
    owner: url(serviceRole, passwords.service),
    reader: url(readerRole, passwords.reader),
  };
}

/** Waits while Postgres starts, or recovers from a crash. */
async function checkLogin(
  url: string,
  { isStarting, log }: { isStarting(error: Error): boolean; log: Logger },
): Promise<void> {
  await pRetry(() => logIn(url), {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: longestRecoverySeconds * 1_000,
    minTimeout: 100,
    maxTimeout: 1_000,
    shouldRetry: ({ error }) => isStarting(error),
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (attemptNumber === 1 && isStarting(error)) log.info("the database is still starting");
    },
  });
}

function isCannotConnectNow(error: Error): boolean {
  return (error as pg.DatabaseError).code === cannotConnectNow;
}

function isRefused(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
}

async function logIn(url: string): Promise<void> {
  const client = new pg.Client(connectionTo(url, "longshore start"));
  await client.connect();
  await endConnection(client);
}
