// Starts and stops a service.
import type { Config } from "./config.ts";
import { makeContext } from "./context.ts";
import { makeDataFolder, removeLeftFiles } from "./data-folder.ts";
import { startEmbeddedPostgres } from "./db/embedded.ts";
import { migrate } from "./db/migrate.ts";
import { ensurePartitions } from "./db/partitions.ts";
import { waitForDatabase } from "./db/wait-for-database.ts";
import type { Context } from "./deps.ts";
import { type KeptLink, keepFirstAdminLink } from "./first-admin-link.ts";
import { lockFolder, watchLock } from "./folder-lock.ts";
import { openListeners } from "./http/listeners.ts";
import { readiness, type ServiceReadiness } from "./http/readiness.ts";
import { type KeptToken, keepLocalToken } from "./local-token.ts";
import type { Logger } from "./log.ts";
import { appsOf } from "./mounts.ts";
import type { Connectors } from "./notices/connectors.ts";
import { isServiceOperation } from "./operations/offered.ts";
import { keyProblem } from "./requests/keys/keys.ts";
import { leadGauges } from "./requests/monitor/lead-gauges.ts";
import { startSampler } from "./requests/monitor/sampler.ts";
import { resultBuckets } from "./requests/read/result-bucket.ts";
import { consumeReports } from "./requests/reports/consume-reports.ts";
import { startWorkers } from "./requests/scheduler/run-workers.ts";
import { startScheduler } from "./requests/scheduler/scheduler.ts";
import { requestOfRun } from "./requests/sidecars/destinations.ts";
import { makeS3App } from "./s3/app.ts";
import { proveIdentity } from "./service-identity/prove.ts";
import { openToAnyone } from "./settings/contradictions.ts";
import { slackWarning } from "./settings/notices.ts";
import { type EndLimits, type StopSignals, usualLimits } from "./stop-signals.ts";
import { consumeProgress } from "./tasks/consume-progress.ts";
import { openFacadesOfSettings } from "./users/facade-callers.ts";

export interface RunningService {
  url: string;
  /** the S3-compatible endpoint, if there is one */
  s3Url?: string;
  /** for other users of this machine, where only the service's own may call without it */
  localToken?: KeptToken;
  /** makes an administrator, if there is none yet */
  firstAdmin?: KeptLink;
  /** what it cannot use now, and what needs an operator although it can serve */
  readiness(): Promise<ServiceReadiness>;
  /** Finishes running work and stops the embedded parts. */
  close(limits?: Pick<EndLimits, "finishSeconds">): Promise<void>;
}

/** Registers what the end of the service has to do. */
interface Ending {
  /** called in reverse order, each when the one before is done */
  onClose(closer: () => void | Promise<void>): void;
  /** called if that takes too long: what hangs is broken off */
  onLate(breakOff: () => void): void;
}

/**
 * Resolves when the service is ready; if it cannot start, stops everything and rejects with a
 * sentence. `connectors`: stand-ins of other services, in tests.
 */
export async function startService(
  config: Config,
  log: Logger,
  stop?: StopSignals,
  connectors?: Connectors,
): Promise<RunningService> {
  const closers: (() => void | Promise<void>)[] = [];
  let breakOff = (): void => undefined;
  const ending: Ending = {
    onClose: (closer) => void closers.push(closer),
    onLate: (late) => {
      breakOff = late;
    },
  };
  const signal = stop?.signal;
  const close: RunningService["close"] = async ({ finishSeconds } = usualLimits) => {
    const late = setTimeout(() => {
      log.warn("stopping takes long: what waits for the database is broken off");
      breakOff();
    }, finishSeconds * 1_000);
    await closeInReverse(closers).finally(() => clearTimeout(late));
  };
  try {
    const started = await start({ config, log, stop, connectors }, ending);
    return { ...started, close };
  } catch (error) {
    await close(stop?.limits());
    // What was broken off by the signal has failed for no other reason.
    signal?.throwIfAborted();
    throw error;
  }
}

/** Closes in reverse order. If one fails, the others are closed all the same. */
async function closeInReverse(closers: (() => void | Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    try {
      await closer();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `The service did not stop cleanly: ${failures.map(String).join("; ")}`,
    );
}

interface Starting {
  config: Config;
  log: Logger;
  stop: StopSignals | undefined;
  connectors: Connectors | undefined;
}

async function start(
  { config, log, stop, connectors }: Starting,
  { onClose, onLate }: Ending,
): Promise<Omit<RunningService, "close">> {
  const signal = stop?.signal;
  makeDataFolder(config.dataDir);
  onClose(lockFolder(config.dataDir));
  if (stop) onClose(watchLock(config.dataDir, stop.end));
  removeLeftFiles(config.dataDir);
  const listeners = await openListeners(config, log);
  onClose(listeners.close);
  const { urls } = listeners;
  log.info({ url: urls.internal() }, "workers call");
  if (urls.ops) log.info({ url: urls.ops() }, "operators call");

  const databaseUrl = config.databaseUrl ?? (await embedded(config, log, onClose));
  await waitForDatabase(databaseUrl, {
    seconds: config.databaseWaitSeconds,
    signal,
    onWait: (sentence) => log.warn(sentence),
  });
  await migrate(databaseUrl, {
    signal,
    onApplied: (migration) => log.info({ migration }, "migration applied"),
    onWait: (migration, sentence) => log.warn({ migration }, sentence),
  });
  signal?.throwIfAborted();
  const context = await makeContext(config, { log, databaseUrl, urls, connectors });
  onClose(context.close);
  onLate(context.shut);
  await proveIdentity(context, signal);
  signal?.throwIfAborted();
  await ensurePartitions(context.db);
  if (config.roles.includes("api")) await openFacadesOfSettings(context);
  warmPeople(context);
  warnOfSlack(context);
  const localToken = keptToken(context);
  if (localToken) onClose(localToken.remove);
  const firstAdmin = await keepFirstAdminLink(context);
  if (firstAdmin) onClose(firstAdmin.remove);
  listeners.open({ api: appsOf(context), s3: makeS3App(s3Deps(context)) });

  onClose(startSampler(context).stop);
  if (config.roles.includes("api")) onClose(leadGauges(context).stop);
  const scheduler = config.roles.includes("scheduler") ? startScheduler(context) : undefined;
  const workers = startsWorkersAlone(config) ? startWorkers(context) : undefined;
  const reports = config.roles.includes("scheduler") ? await consumeAll(context) : undefined;
  // First, no more work is given out; then workers end their long polls and send their last
  // reports. The batcher that records those, and its database, end last.
  onClose(async () => {
    const listenersClosed = listeners.close();
    await reports?.stop();
    await Promise.all([scheduler?.stop(), workers?.stop()]);
    await context.runner.close();
    await listenersClosed;
  });
  const s3Url = urls.s3?.();
  return {
    url: urls.public(),
    ...(s3Url !== undefined && { s3Url }),
    ...(localToken && { localToken }),
    ...(firstAdmin && { firstAdmin }),
    readiness: () => readiness(context),
  };
}

/** What workers and agents report by queue. */
async function consumeAll(context: Context): Promise<{ stop(): Promise<unknown> }> {
  const consumers = [await consumeReports(context)];
  if ([...context.operations.values()].some(isServiceOperation))
    consumers.push(await consumeProgress(context));
  return { stop: () => Promise.all(consumers.map((consumer) => consumer.stop())) };
}

/** A scheduler starts workers while it leads; pods are started by the leader alone. */
function startsWorkersAlone({ roles, runner }: Config): boolean {
  return runner !== "kubernetes" && roles.includes("worker") && !roles.includes("scheduler");
}

/** The first question takes a second: it is asked before anybody waits for it, about nobody. */
function warmPeople({ config, userCache, log }: Context): void {
  if (!config.enableAuth || !config.roles.includes("api")) return;
  userCache
    .user("nobody")
    .catch((error: Error) => log.debug({ err: error }, "people could not be read yet"));
}

function warnOfSlack({ config, log }: Context): void {
  const warning = slackWarning(config.identity?.slack);
  if (warning !== undefined) log.warn(warning);
}

function keptToken({ config, localAccess, log, urls }: Context): KeptToken | undefined {
  const warning = openToAnyone(config);
  if (warning !== undefined) log.warn(warning);
  if (config.enableAuth || config.allowAnyone || !config.roles.includes("api")) return undefined;
  return keepLocalToken(config.dataDir, urls.public(), localAccess.token);
}

async function embedded(config: Config, log: Logger, onClose: Ending["onClose"]): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  onClose(postgres.stop);
  return postgres.url;
}

/** The S3 endpoint: results are read, and sidecars write, with keys of one request. */
function s3Deps(context: Context): Parameters<typeof makeS3App>[0] {
  const { config, store, verifyingKeys, log } = context;
  return {
    store,
    rootKeys: verifyingKeys,
    log,
    results: resultBuckets(context),
    keyProblem: (key) => keyProblem(context, key),
    requestOfRun: (run) => requestOfRun(context, run),
    uploadLimitBytes: config.fileLimits.outputMegabytes * 2 ** 20,
  };
}
