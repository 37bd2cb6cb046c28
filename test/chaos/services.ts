import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "../../src/live-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { type Service, startService } from "../support/service.ts";
import { type Database, embeddedDatabase, type OwnDatabase, startDatabase } from "./database.ts";
import { type DatabaseProxy, startProxy } from "./proxy.ts";

export interface Services {
  /** where workers and callers reach them; they never change */
  urls: string[];
  pid(index: number): number;
  /** between a service and the database; none where the service owns it */
  proxies: DatabaseProxy[];
  kill(index: number): Promise<void>;
  /** SIGTERM; returns the exit code */
  stop(index: number): Promise<number | null>;
  start(index: number): Promise<void>;
  /** Starts those again that ended by themselves; returns what they printed last. */
  revive(): Promise<string[]>;
  close(): Promise<void>;
}

interface Options {
  folder: string;
  env: Record<string, string>;
}

export interface Started {
  services: Services;
  database: Database;
  ownDatabase: OwnDatabase | undefined;
}

/** One service with its embedded database. */
export async function startOne(options: Options): Promise<Started> {
  const [port = 0] = await freePorts(1);
  const dataDir = dataDirOf(options.folder, 0);
  const services = await startAll(options, [{ PORT: String(port), DATABASE_URL: "" }], []);
  return { services, database: embeddedDatabase(dataDir), ownDatabase: undefined };
}

/** Several on one database, each behind a proxy of its own. */
export async function startSeveral(options: Options, count: number): Promise<Started> {
  const database = await startDatabase(options.folder);
  const ports = await freePorts(2 * count);
  const proxies: DatabaseProxy[] = [];
  const envs: Record<string, string>[] = [];
  for (let index = 0; index < count; index++) {
    const proxy = await startProxy(ports[2 * index] ?? 0, database.port);
    proxies.push(proxy);
    const url = new URL(await database.url());
    url.port = String(proxy.port);
    envs.push({ PORT: String(ports[2 * index + 1]), DATABASE_URL: url.href });
  }
  const services = await startAll(options, envs, proxies);
  return { services, database, ownDatabase: database };
}

async function startAll(
  { folder, env }: Options,
  each: Record<string, string>[],
  proxies: DatabaseProxy[],
): Promise<Services> {
  const services: Service[] = [];
  for (const [index, own] of each.entries())
    services.push(
      await startService({ ...env, ...own, DATA_DIR: dataDirOf(folder, index), TMPDIR: folder }),
    );
  const at = (index: number) => services[index] as Service;
  async function start(index: number): Promise<void> {
    services[index] = await at(index).again();
  }
  return {
    urls: services.map(({ url }) => url),
    pid: (index) => at(index).pid,
    proxies,
    kill: (index) => at(index).kill(),
    stop: (index) => at(index).stop(),
    start,
    async revive() {
      const ended = services.filter(({ pid }) => !isRunning(pid));
      for (const service of ended) await start(services.indexOf(service));
      return ended.map(
        ({ stderr }) => `a service ended by itself: ${stderr().slice(-longestTail)}`,
      );
    },
    async close() {
      await Promise.all(services.map((service) => service.remove()));
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}

const longestTail = 2000;

function dataDirOf(folder: string, index: number): string {
  const dataDir = join(folder, `service-${index + 1}`);
  // Postgres, as another user, must pass through it.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  return dataDir;
}
