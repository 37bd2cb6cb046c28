// The surroundings of a run: one Postgres as the service starts it, a fresh database a row, the
// built service as a process of its own.
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Db, openDb } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";
import { databaseServer } from "../support/database-server.ts";
import { dropDatabase, onServer } from "../support/on-server.ts";
import { type Service, startService } from "../support/service.ts";

export interface Bench {
  quick: boolean;
  postgresPid(): number;
  postgresVersion(): Promise<string>;
  database(): Promise<FreshDatabase>;
  /** `profiles`: a folder where it leaves a CPU profile when it ends */
  service(env?: Record<string, string>, profiles?: string): Promise<BenchService>;
  close(): Promise<void>;
}

export interface FreshDatabase {
  url: string;
  db: Db;
  drop(): Promise<void>;
}

export interface BenchService extends Service {
  db: Db;
}

export const program = fileURLToPath(new URL("../../dist/client/cli/main.js", import.meta.url));

export async function openBench({ quick }: { quick: boolean }): Promise<Bench> {
  const postgres = await databaseServer();

  async function database(): Promise<FreshDatabase> {
    const name = `bench_${randomUUID().replaceAll("-", "")}`;
    await onServer(postgres.url, `CREATE DATABASE ${name} TEMPLATE template0`);
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;
    await migrate(url.href);
    const db = openDb({ url: url.href, applicationName: "bench", max: 4 });
    await ensurePartitions(db);
    const drop = async () => {
      await db.close();
      await dropDatabase(postgres.url, name);
    };
    return { url: url.href, db, drop };
  }

  async function service(
    env: Record<string, string> = {},
    profiles?: string,
  ): Promise<BenchService> {
    const node = [...(profiles ? ["--cpu-prof", `--cpu-prof-dir=${profiles}`] : []), program];
    const { url, db, drop } = await database();
    const started = await startService(
      {
        DATABASE_URL: url,
        RUNNER: "external",
        OPERATIONS: "noop",
        LOG_LEVEL: "warn",
        LEASE_SECONDS: "600",
        ...env,
      },
      node,
    );
    const remove = async () => {
      await started.stop();
      await started.remove();
      await drop();
    };
    return { ...started, db, remove };
  }

  async function postgresVersion(): Promise<string> {
    const db = openDb({ url: postgres.url, applicationName: "bench", max: 1 });
    const [row] = await db.query<{ server_version: string }>("SHOW server_version");
    await db.close();
    return `PostgreSQL ${row?.server_version}`;
  }

  return {
    quick,
    postgresPid: postgres.pid,
    postgresVersion,
    database,
    service,
    close: postgres.stop,
  };
}
