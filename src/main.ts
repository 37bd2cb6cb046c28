// The start of a service, in the order that its callers need, and its end.
import type { RequestListener } from "node:http";
import type { Config } from "./config.ts";
import { makeContext } from "./context.ts";
import { startEmbeddedPostgres } from "./db/embedded.ts";
import { migrate } from "./db/migrate.ts";
import { ensurePartitions } from "./db/partitions.ts";
import { waitForDatabase } from "./db/wait-for-database.ts";
import type { Deps } from "./deps.ts";
import { lockFolder } from "./folder-lock.ts";
import { makeApp } from "./http/app.ts";
import { type Listening, listen } from "./http/listen.ts";
import { holdUntilReady } from "./http/ready.ts";
import type { Logger } from "./log.ts";
import { makeMounts } from "./mounts.ts";
import { keyProblem } from "./requests/keys/keys.ts";
import { startSampler } from "./requests/monitor/sampler.ts";
import { resultBuckets } from "./requests/read/result-bucket.ts";
import { consumeReports } from "./requests/reports/consume-reports.ts";
import { startScheduler } from "./requests/scheduler/scheduler.ts";
import { makeS3Server } from "./s3/app.ts";

export interface RunningService {
  url: string;
  /** the S3-compatible endpoint, where there is one */
  s3Url?: string;
  /** Finishes what is in hand and stops the embedded parts. */
  close(): Promise<void>;
}

type OnClose = (closer: () => void | Promise<void>) => void;

/** How long a call in hand may take to finish when the service ends. */
const secondsToFinish = 5;

/** Resolves when the service can serve; rejects with a sentence, and with nothing left running, when it cannot. */
export async function startService(config: Config, log: Logger): Promise<RunningService> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = () => closeInReverse(closers);
  try {
    const urls = await start(config, log, (closer) => closers.push(closer));
    return { ...urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Last begun, first ended; one that fails does not keep the others from ending. */
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
    throw new AggregateError(failures, `The end was not clean: ${failures.map(String).join("; ")}`);
}

async function start(
  config: Config,
  log: Logger,
  atTheEnd: OnClose,
): Promise<Omit<RunningService, "close">> {
  atTheEnd(lockFolder(config.dataDir));
  const startupBarrier = makeStartupBarrier();
  const listeners = config.roles.includes("api")
    ? await openListeners(config, startupBarrier.listener, atTheEnd)
    : [];
  atTheEnd(startupBarrier.shut);
  const urls = serviceUrls(config, listeners);
  log.info({ url: urls.internal() }, "workers call");

  const databaseUrl = config.databaseUrl ?? (await embedded(config, log, atTheEnd));
  await waitForDatabase(databaseUrl);
  await migrate(databaseUrl, log);
  const context = await makeContext(config, { log, databaseUrl, urls });
  atTheEnd(context.close);
  await ensurePartitions(context.db);
  const s3 = config.roles.includes("api") ? await openS3(context, atTheEnd) : undefined;
  startupBarrier.open(makeApp(context, makeMounts(context)));

  atTheEnd(startSampler(context).stop);
  const scheduler = config.roles.includes("scheduler") ? startScheduler(context) : undefined;
  const reports = config.roles.includes("scheduler") ? await consumeReports(context) : undefined;
  // Nothing more is handed out, the workers let go of their long calls, the last answers are sent; only then the batcher and its database end.
  atTheEnd(async () => {
    const listenersClosed = closeAll(listeners);
    await reports?.stop();
    await scheduler?.stop();
    await context.runner.close();
    await listenersClosed;
  });
  return { url: urls.public(), ...(s3 && { s3Url: s3.url }) };
}

/** Where results are read, and sidecars write, with keys of one request each. */
async function openS3(
  context: Deps<"config" | "db" | "log" | "signingKey" | "store" | "urls">,
  atTheEnd: OnClose,
): Promise<Listening> {
  const { config, store, signingKey: rootKey, log } = context;
  const server = makeS3Server({
    store,
    rootKey,
    log,
    results: resultBuckets(context),
    keyProblem: (key) => keyProblem(context, key),
    uploadLimitBytes: config.fileLimits.outputMegabytes * 2 ** 20,
  });
  const s3 = await listen(config.host, config.s3Port, "S3_PORT", server);
  atTheEnd(() => s3.close(secondsToFinish));
  context.urls.s3 = () => s3.url;
  return s3;
}

async function embedded(config: Config, log: Logger, atTheEnd: OnClose): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  atTheEnd(postgres.stop);
  return postgres.url;
}

/** The listeners open before everything else; what comes before the app is there waits at this gate. */
function makeStartupBarrier() {
  let open: (app: RequestListener) => void = () => undefined;
  let shut: () => void = () => undefined;
  const app = new Promise<RequestListener>((resolve, reject) => {
    open = resolve;
    shut = () => reject(new Error("The service ended before it was ready."));
  });
  return { listener: holdUntilReady(app), open, shut };
}

async function openListeners(
  config: Config,
  listener: RequestListener,
  atTheEnd: OnClose,
): Promise<Listening[]> {
  const wanted: [number | undefined, string][] = [
    [config.port, "PORT"],
    [config.internalPort, "INTERNAL_PORT"],
  ];
  const opened: Listening[] = [];
  for (const [port, setting] of wanted) {
    if (port === undefined) continue;
    const one = await listen(config.host, port, setting, listener);
    atTheEnd(() => one.close(secondsToFinish));
    opened.push(one);
  }
  return opened;
}

async function closeAll(listeners: Listening[]): Promise<void> {
  await Promise.all(listeners.map((one) => one.close(secondsToFinish)));
}

/** What clients and what workers are told to call; a process without the role `api` names another one's. */
function serviceUrls(
  config: Config,
  [first, second]: Listening[],
): { public(): string; internal(): string } {
  const publicUrl = config.publicUrl ?? first?.url ?? config.internalUrl ?? "";
  const internalUrl = config.internalUrl ?? second?.url ?? first?.url ?? publicUrl;
  return { public: () => publicUrl, internal: () => internalUrl };
}
