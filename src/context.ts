// Every long-lived thing, made once and in one place. Pass on what is needed, not the whole.
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Finder } from "./datasets/contract.ts";
import { makeFinders } from "./datasets/finders/index.ts";
import { type Db, openDb } from "./db/client.ts";
import { type Doorbell, openDoorbell } from "./db/listen.ts";
import type { Operation, Task } from "./operations/contract.ts";
import { allOperations, enabledOperations } from "./operations/index.ts";
import type { Queue } from "./queue/contract.ts";
import { openQueue } from "./queue/open.ts";
import { advance } from "./requests/advance.ts";
import { Advancer } from "./requests/advancer.ts";
import { Batcher } from "./requests/batcher.ts";
import { type Claims, openClaims } from "./requests/claims.ts";
import { handOut } from "./requests/hand-out.ts";
import { type LedgerMetrics, ledgerMetrics, noteFault } from "./requests/metrics.ts";
import { makePulse, type Pulse } from "./requests/pulse.ts";
import type { Runner } from "./runner/contract.ts";
import { openRunner } from "./runner/open.ts";
import { signingKey } from "./secrets.ts";
import type { Store } from "./storage/contract.ts";
import { openStore } from "./storage/open.ts";

export interface Context {
  config: Config;
  log: Logger;
  databaseUrl: string;
  db: Db;
  /** for the ledger's set statements: their plans go by key, whatever the statistics say */
  ledger: Db;
  doorbell: Doorbell;
  queue: Queue;
  store: Store;
  runner: Runner;
  operations: Map<string, Operation>;
  finders: Map<string, Finder>;
  batcher: Batcher;
  advance: Advancer;
  metrics: LedgerMetrics;
  /** what this process has seen lately, for "why is it waiting?" */
  pulse: Pulse;
  claims: Claims<Task>;
  /** where the next claim begins to look, so that it goes round over all requests */
  claimCursor: { get(): string; set(request: string): void };
  /** what clients and workers are told to call; `s3` is there while the S3 endpoint listens */
  urls: { public(): string; internal(): string; s3?(): string };
  signingKey: Buffer;
  close(): Promise<void>;
}

export interface Surroundings {
  log: Logger;
  databaseUrl: string;
  urls: { public(): string; internal(): string };
}

/** A fresh table has no statistics, and the hash join that is then chosen takes 40 times as long. */
const byKey = { enable_seqscan: "off", enable_hashjoin: "off", enable_mergejoin: "off", plan_cache_mode: "force_generic_plan" };

export async function makeContext(config: Config, { log, databaseUrl, urls }: Surroundings): Promise<Context> {
  const name = `longshore ${config.roles.join("+")}`;
  const db = openDb({ url: databaseUrl, applicationName: name, max: 12 });
  const ledger = openDb({ url: databaseUrl, applicationName: `${name} ledger`, max: 6, planner: byKey });
  const doorbell = openDoorbell(databaseUrl, db.pool, log);
  const key = signingKey(config);
  const queue = openQueue(config, db, doorbell, log);
  const store = await openStore(config, { publicUrl: urls.public, internalUrl: urls.internal, signingKey: key });
  const runner = await openRunner(config, { internalUrl: urls.internal, log });
  const names = config.operations.length ? config.operations : allOperations.map((one) => one.name).filter((one) => one !== "noop");
  const operations = new Map(enabledOperations(names).map((one) => [one.name, one]));

  const advancer: Advancer = new Advancer((id) => advance(context, id), log);
  const batcher = new Batcher({
    query: ledger.query,
    log,
    fileAttempts: config.fileAttempts,
    leaseSeconds: config.leaseSeconds,
    onMoved: (requests) => {
      for (const request of requests) {
        advancer.ring(request);
        doorbell.ring(`request:${request}`);
      }
    },
    onBatch: (rows, seconds, faults) => {
      ledgerMetrics.batchRows.observe(rows);
      ledgerMetrics.batchSeconds.observe(seconds);
      for (const fault of faults) noteFault(log, fault);
    },
  });
  const context: Context = {
    config,
    log,
    databaseUrl,
    db,
    ledger,
    doorbell,
    queue,
    store,
    runner,
    operations,
    finders: makeFinders(config),
    batcher,
    advance: advancer,
    metrics: ledgerMetrics,
    pulse: makePulse(),
    claims: openClaims(doorbell, (wanted, shares) => handOut(context, wanted, shares)),
    claimCursor: makeCursor(),
    urls,
    signingKey: key,
    close,
  };

  async function close(): Promise<void> {
    await batcher.drain();
    context.claims.close();
    await advancer.close();
    await runner.close();
    await queue.close();
    await doorbell.close();
    await store.close();
    await ledger.close();
    await db.close();
  }
  return context;
}

function makeCursor(): Context["claimCursor"] {
  let last = "00000000-0000-0000-0000-000000000000";
  return {
    get: () => last,
    set(request) {
      last = request;
    },
  };
}
