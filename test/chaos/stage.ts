import { makeRabbit, type Rabbit } from "../support/rabbitmq/broker.ts";
import type { Database, OwnDatabase } from "./database.ts";
import type { ChaosOptions, FaultKind, ReportWay } from "./options.ts";
import { type Random, seeded } from "./random.ts";
import { type Services, startOne, startSeveral } from "./services.ts";
import { type ChaosStore, megabytesFor, openStore } from "./store.ts";
import { startWorkers, type Workers } from "./workers.ts";

export const fileAttempts = 40;

/** Everything that faults can hit. */
export interface Stage {
  folder: string;
  random: Random;
  leaseSeconds: number;
  reports: ReportWay;
  services: Services;
  database: Database;
  /** the same, where it is not a service's own */
  ownDatabase: OwnDatabase | undefined;
  workers: Workers;
  store: ChaosStore;
  rabbit: Rabbit | undefined;
  close(): Promise<void>;
}

/** Faults that need a database that is not the service's own. */
const ofDatabase: FaultKind[] = ["read-only-database", "half-open", "outage", "services"];
const serviceCount = 2;
/** results are removed this long after their request has ended */
const expirySeconds = 10;

export async function openStage(options: ChaosOptions, folder: string): Promise<Stage> {
  const { faults, leaseSeconds, reports, duplicates, seed, workers: count } = options;
  const rabbit = options.rabbitmq ? await makeRabbit({ below: folder }) : undefined;
  await rabbit?.start();
  if (reports !== "http" && !rabbit)
    throw new Error(`--reports ${reports} needs RabbitMQ, which is not available here.`);
  const store = openStore(folder, options.storeMegabytes ?? megabytesFor(options.files));
  const starting = { folder, env: settings(options, store, rabbit) };
  const several = faults.some((kind) => ofDatabase.includes(kind));
  const { services, database, ownDatabase } = await (several
    ? startSeveral(starting, serviceCount)
    : startOne(starting));
  const { urls } = services;
  const queueUrl = rabbit?.url;
  const orders = { urls, seed, reports, duplicates, leaseSeconds, queueUrl };
  const workers = startWorkers({ ...orders, count, folder });
  return {
    folder,
    random: seeded(seed),
    leaseSeconds,
    reports,
    services,
    database,
    ownDatabase,
    workers,
    store,
    rabbit,
    async close() {
      await workers.stop();
      await services.close();
      await ownDatabase?.stop();
      await rabbit?.remove();
      store.close();
    },
  };
}

function settings(
  { faults, leaseSeconds }: ChaosOptions,
  store: ChaosStore,
  rabbit: Rabbit | undefined,
): Record<string, string> {
  return {
    RUNNER: "external",
    OPERATIONS: "noop,transform",
    LEASE_SECONDS: String(leaseSeconds),
    SWEEP_SECONDS: "0.5",
    FILE_ATTEMPTS: String(fileAttempts),
    LOG_LEVEL: "error",
    SECRET_KEY: "the secret of a run of chaos",
    STORE_URL: `file://${store.path}`,
    ...(rabbit && { QUEUE_URL: rabbit.url }),
    ...(faults.includes("races") && { RESULT_TTL_DAYS: String(expirySeconds / 86_400) }),
  };
}
