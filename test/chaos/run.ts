// Kills everything at random while files are processed, and looks at the books afterwards.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDb } from "../../src/db/client.ts";
import { readPostmaster } from "../../src/db/embedded/postmaster.ts";
import { audit } from "../../src/requests/audit/audit.ts";
import { openFolderStore } from "../../src/storage/folder.ts";
import { temporaryFolder } from "../support/folder.ts";
import type { Rabbit } from "../support/rabbitmq/broker.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { databaseOf } from "./database-of.ts";
import { missingAcknowledged } from "./missing.ts";
import { seeded } from "./random.ts";
import { type ChaosRequest, openRequests } from "./requests.ts";
import { startWorkers } from "./workers.ts";

export interface ChaosOptions {
  seed: number;
  files: number;
  kills: number;
  workers?: number;
  /** how long the whole may take */
  timeoutSeconds: number;
  rabbit?: Rabbit | undefined;
  say?(line: string): void;
}

export interface ChaosReport {
  seconds: number;
  kills: Record<string, number>;
  requests: number;
  files: number;
  redrives: number;
  cancels: number;
  acknowledged: number;
  /** acknowledged reports that the history lacks (I4) */
  lost: string[];
  violations: string[];
  states: Record<string, number>;
}

const fileAttempts = 40;

export async function runChaos({
  seed,
  files,
  kills,
  workers: count = 3,
  timeoutSeconds,
  rabbit,
  say = () => undefined,
}: ChaosOptions): Promise<ChaosReport> {
  const random = seeded(seed);
  const started = performance.now();
  const until_ = started + timeoutSeconds * 1000;
  const folder = temporaryFolder("chaos");
  const env = {
    DATABASE_URL: "",
    RUNNER: "external",
    OPERATIONS: "noop",
    LEASE_SECONDS: "3",
    SWEEP_SECONDS: "0.5",
    FILE_ATTEMPTS: String(fileAttempts),
    LOG_LEVEL: "error",
    ...(rabbit ? { QUEUE_URL: rabbit.url } : {}),
  };
  let service: Service = await startService(env);
  const workers = startWorkers({ url: service.url, count, seed, folder });
  const killed: Record<string, number> = {};
  try {
    const requests = await openRequests(service.url, files, random);
    const victims = ["server", "worker", "worker", "postgres", ...(rabbit ? ["rabbitmq"] : [])];
    for (let round = 0; round < kills; round++) {
      // Kills are spread over the work, not over the clock: each waits for its share of it, at most
      // a few seconds.
      await requests.progress(
        (round + random.next()) / kills,
        Math.min(20, timeoutSeconds / kills / 2),
      );
      await requests.mischief(random);
      const victim = round < victims.length ? (victims[round] ?? "server") : random.pick(victims);
      killed[victim] = (killed[victim] ?? 0) + 1;
      say(
        `${((performance.now() - started) / 1000).toFixed(0)} s: kill -9 ${victim} ` +
          `(${round + 1} of ${kills})`,
      );
      if (victim === "worker") await workers.killOne(random.between(0, count));
      else if (victim === "postgres") killPostgres(service);
      else if (victim === "rabbitmq") await killBroker(rabbit, random.chance(0.2));
      else service = await killServer(service);
    }
    const ended = await until(() => requests.ended(random), {
      timeoutSeconds: Math.max((until_ - performance.now()) / 1000, 1),
      everyMilliseconds: 500,
      what: "every request to end",
    });
    await workers.stop();
    return {
      seconds: (performance.now() - started) / 1000,
      kills: killed,
      ...(await books(service, workers.logs(), ended, requests.counts())),
    };
  } finally {
    await workers.stop();
    await service.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killServer(service: Service): Promise<Service> {
  await service.kill();
  return service.again();
}

async function killBroker(rabbit: ChaosOptions["rabbit"], forgets: boolean): Promise<void> {
  await rabbit?.kill();
  if (forgets) rabbit?.wipe();
  await rabbit?.start();
}

function killPostgres(service: Service): void {
  const postmaster = readPostmaster({ data: join(service.dataDir, "postgres", "data") });
  if (postmaster) process.kill(postmaster.pid, "SIGKILL");
}

async function books(
  service: Service,
  logs: string[],
  requests: ChaosRequest[],
  counts: { redrives: number; cancels: number },
) {
  const db = openDb({ url: await databaseOf(service), applicationName: "auditor", max: 2 });
  const store = await openFolderStore(join(service.dataDir, "store"), async () => "");
  try {
    const found = await audit(db, store, { fileAttempts, operationsWithOutputs: [] });
    const acknowledged = logs
      .filter((log) => existsSync(log))
      .flatMap((log) => readFileSync(log, "utf8").split("\n").slice(0, -1));
    const states: Record<string, number> = {};
    for (const { state } of requests) states[state] = (states[state] ?? 0) + 1;
    return {
      requests: requests.length,
      files: requests.reduce((total, one) => total + one.counters.total, 0),
      ...counts,
      acknowledged: acknowledged.length,
      lost: await missingAcknowledged(db, acknowledged),
      violations: found.violations.map((one) => `${one.invariant} ${one.request} ${one.detail}`),
      states,
    };
  } finally {
    await db.close();
    await store.close();
  }
}
