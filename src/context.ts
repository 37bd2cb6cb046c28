// Creates every long-lived object once. Pass on only what is needed.
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { clientAddresses } from "./auth/client-address.ts";
import { makeTries } from "./auth/device/tries.ts";
import { makeLocalAccess } from "./auth/local-access.ts";
import { makeProvider } from "./auth/oidc/provider.ts";
import { makeRates } from "./auth/rates.ts";
import { makeTokenKeys, tokenSecrets } from "./auth/tokens/jwt.ts";
import { makeUserCache } from "./auth/user-cache.ts";
import { makeWorkTokens } from "./auth/work-tokens.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Config, childEnvironment } from "./config.ts";
import { findersApart } from "./datasets/apart/index.ts";
import { openDb } from "./db/client.ts";
import { openNotifier } from "./db/notifier.ts";
import { openPeople } from "./db/people.ts";
import { openProbe } from "./db/probe.ts";
import type { Context } from "./deps.ts";
import { makeCallSeconds } from "./metrics.ts";
import { type Connectors, realConnectors } from "./notices/connectors.ts";
import type { Operation } from "./operations/contract.ts";
import { allOperations } from "./operations/index.ts";
import { offeredOperations } from "./operations/offered.ts";
import { openFinders, openQueue, openTransformers, openUsers } from "./queue/open.ts";
import { advance } from "./requests/advance/advance.ts";
import { AdvanceQueue } from "./requests/advance/advance-queue.ts";
import { makeChunks } from "./requests/advance/chunks.ts";
import { openClaimQueue } from "./requests/dispatch/claim-queue.ts";
import { dispatch } from "./requests/dispatch/dispatch.ts";
import { makeLockedRequests } from "./requests/dispatch/locked-requests.ts";
import { registerConnections } from "./requests/monitor/connections.ts";
import { makeGauges } from "./requests/monitor/gauges.ts";
import { labelsOfClasses, makeLedgerMetrics, recordFileError } from "./requests/monitor/metrics.ts";
import { makeRecentActivity } from "./requests/monitor/recent-activity.ts";
import { recordStorageProblems } from "./requests/monitor/storage-problems.ts";
import { openRequestWatch } from "./requests/read/request-watch.ts";
import { Batcher, mostStatementsAtOnce } from "./requests/reports/batcher.ts";
import { makeReportedRequests } from "./requests/reports/reported-requests.ts";
import { makeStepOperations } from "./requests/reports/step-operations.ts";
import { openRunner } from "./runner/open.ts";
import { signingKeys } from "./secrets.ts";
import { openStore } from "./storage/open.ts";
import { makeBarredTargets } from "./users/barred.ts";

export interface ContextDeps {
  log: Logger;
  databaseUrl: string;
  urls: Context["urls"];
  /** the operations that exist; default: those of the list */
  known?: readonly Operation[];
  /** default: the real time */
  clock?: Clock;
  /** default: the services themselves */
  connectors?: Connectors | undefined;
}

/** For a new table without statistics the planner chooses a hash join, which is 40 times slower. */
const byKey = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
};

/**
 * A batch of reports takes up to 0.2 s; one that takes this long waits for somebody, and others
 * wait for it. It is split then.
 */
const reportSeconds = 10;
const reportLock = { lock_timeout: "1s" };

/** A lease of ten seconds survives one renewal that gets no answer. */
const leaderLimits = { connectSeconds: 4, statementSeconds: 4, lateSeconds: 1 };

export async function makeContext(
  config: Config,
  {
    log,
    databaseUrl,
    urls,
    known = allOperations,
    clock = systemClock,
    connectors = realConnectors,
  }: ContextDeps,
): Promise<Context> {
  const name = `longshore ${config.roles.join("+")}`;
  const db = openDb({ url: databaseUrl, applicationName: name, max: 12 });
  const ledger = openDb({
    url: databaseUrl,
    applicationName: `${name} ledger`,
    max: 6,
    planner: { ...byKey, lock_timeout: "5s" },
  });
  const reports = openDb({
    url: databaseUrl,
    applicationName: `${name} reports`,
    max: mostStatementsAtOnce,
    planner: { ...byKey, ...reportLock },
    statementSeconds: reportSeconds,
  });
  const leaderDb = openDb({
    url: databaseUrl,
    applicationName: `${name} leader`,
    max: 2,
    ...leaderLimits,
  });
  const pools = [db, ledger, reports, leaderDb];
  const notifier = openNotifier(databaseUrl, db.pool, log);
  const verifyingKeys = signingKeys(config);
  const [signingKey] = verifyingKeys;
  const people = openPeople({ pool: db.pool, notifier, enabled: config.enableAuth });
  const userCache = makeUserCache(people);
  const barred = makeBarredTargets(people, { enabled: config.enableAuth });
  const queue = openQueue(config, db, notifier, log);
  const transformers = openTransformers(config, log);
  const finderQueues = openFinders(config, log);
  const store = await openStore(config, {
    publicUrl: urls.public,
    internalUrl: urls.internal,
    signingKey,
  });
  const runner = await openRunner(config, { internalUrl: urls.internal, log });
  const offered = offeredOperations(
    known,
    config.operations,
    (name) => config.facility[name] ?? {},
  );
  const operations = new Map(offered.map((operation) => [operation.name, operation]));

  const registry = new Registry();
  registerConnections(registry, { main: db, ledger, reports, leader: leaderDb });
  const metrics = makeLedgerMetrics(registry);
  const classLabels = labelsOfClasses(operations.values());
  const advanceQueue: AdvanceQueue = new AdvanceQueue(
    (id, slice) => advance(context, id, slice),
    log,
  );
  const batcher = new Batcher({
    query: reports.query,
    log,
    fileAttempts: config.fileAttempts,
    leaseSeconds: config.leaseSeconds,
    onMoved: (requests) => {
      for (const request of requests) {
        advanceQueue.add(request);
        notifier.notify(`request:${request}`);
      }
    },
    onBatch: (rows, seconds, failures) => {
      metrics.batchRows.observe(rows);
      metrics.batchSeconds.observe(seconds);
      for (const failure of failures) recordFileError({ log, metrics }, classLabels, failure);
      recordStorageProblems(context, failures).catch((error: Error) =>
        log.debug({ err: error }, "a storage problem was not recorded"),
      );
    },
  });
  const probe = openProbe({
    url: databaseUrl,
    applicationName: `${name} probe`,
    pools,
    log,
  });
  const context: Context = {
    config,
    log,
    clock,
    databaseUrl,
    db,
    ledger,
    leaderDb,
    probe,
    notifier,
    queue,
    transformers,
    brokerUsers: openUsers(config, signingKey, log),
    store,
    runner,
    operations,
    finders: findersApart(config, childEnvironment()),
    finderQueues,
    batcher,
    advanceQueue,
    chunks: makeChunks(),
    registry,
    metrics,
    callSeconds: makeCallSeconds(registry),
    gauges: makeGauges(),
    activity: makeRecentActivity(db.query, log),
    claimQueue: openClaimQueue(notifier, (wanted, waiters) => dispatch(context, wanted, waiters)),
    lockedRequests: makeLockedRequests(),
    requestWatch: openRequestWatch(db.query, notifier, log),
    urls,
    signingKey,
    verifyingKeys,
    workTokens: makeWorkTokens(verifyingKeys),
    people,
    userCache,
    provider: config.identity?.signIn && makeProvider(config.identity.signIn),
    barred,
    tokenKeys: makeTokenKeys(tokenSecrets(config, verifyingKeys)),
    connectors,
    deviceTries: makeTries(),
    rates: makeRates(config.identity?.rates),
    localAccess: makeLocalAccess(urls),
    clientAddress: clientAddresses(config.identity?.trustedProxies ?? []),
    reportedRequests: makeReportedRequests(),
    stepOperations: makeStepOperations(db.query),
    shut,
    close,
  };

  function shut(): void {
    for (const pool of pools) pool.shut();
  }

  async function close(): Promise<void> {
    await batcher.drain();
    context.claimQueue.close();
    context.requestWatch.close();
    await advanceQueue.close();
    await runner.close();
    await queue.close();
    await transformers?.close();
    await finderQueues?.close();
    userCache.close();
    barred.close();
    await people.close();
    await notifier.close();
    await store.close();
    await probe.close();
    await reports.close();
    await ledger.close();
    await leaderDb.close();
    await db.close();
  }
  return context;
}
