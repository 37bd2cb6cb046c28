// The service as a program: the ready line, the signals, the exit code.
import { ConfigError, readConfig } from "./config.ts";
import { keepFilesPrivate } from "./data-folder.ts";
import type { KeptToken } from "./local-token.ts";
import { type Logger, makeLog } from "./log.ts";
import { type RunningService, startService } from "./main.ts";
import { nodeWarning } from "./node-version.ts";
import { allOperations } from "./operations/index.ts";
import { pause } from "./time.ts";

/** One Ctrl-C under npm arrives as two signals a millisecond apart. */
const secondsBetweenSignals = 1;
/** Less than the half minute after which Kubernetes kills. */
const mostSecondsToEnd = 28;
/** A broker is connected to in the background; it is rarely usable at once. */
const secondsForReadiness = 3;

/**
 * Runs until a signal ends it; returns the exit code: 0, 2 for a setting that is not valid, 1 for
 * anything else that stops the start.
 */
export async function runService(): Promise<number> {
  keepFilesPrivate();
  const signal = firstSignal();
  try {
    const config = readConfig(undefined, allOperations);
    const log = makeLog(config);
    const warning = nodeWarning();
    if (warning !== undefined) log.warn(warning);
    const service = await startService(config, log, signal);
    process.stdout.write(`${await readyLine(service, log, signal)}\n`);
    if (service.localToken) process.stdout.write(`${tokenLine(service.localToken)}\n`);
    await aborted(signal);
    await end(service, log);
    return 0;
  } catch (error) {
    // Ended by a signal before it was ready
    if (signal.aborted && error === signal.reason) return 0;
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

/** The line says what cannot be used, for programs that read only this line. */
async function readyLine(
  service: RunningService,
  log: Logger,
  signal: AbortSignal,
): Promise<string> {
  const s3 = service.s3Url ? `, S3 at ${service.s3Url}` : "";
  const ready = `Longshore is ready at ${service.url}${s3}`;
  const deadline = performance.now() + secondsForReadiness * 1_000;
  let missing = await service.missing();
  while (Object.keys(missing).length > 0 && performance.now() < deadline && !signal.aborted) {
    await pause(100, signal);
    missing = await service.missing();
  }
  if (Object.keys(missing).length === 0) return ready;
  log.warn({ missing }, "the service is not ready: something that it needs cannot be used");
  const sentences = Object.entries(missing).map(([name, why]) => `the ${name}: ${why}`);
  return `${ready}, but it cannot use ${sentences.join(" Nor ")}`;
}

/** The link is a secret: printed for a person, and not into a file that others may read. */
function tokenLine({ link, linkPath }: KeptToken): string {
  const isForOthers = "Other users of this machine, and browsers of theirs, need the link";
  return process.stdout.isTTY ? `${isForOthers} ${link}` : `${isForOthers} in ${linkPath}`;
}

async function end(service: RunningService, log: Logger): Promise<void> {
  log.info("stopping: running work is finished first");
  await service.close();
}

/**
 * A second signal more than a second later ends the process at once, and so does the end of the
 * time to stop, whatever hangs. The ledger is committed, so nothing is lost.
 */
function firstSignal(): AbortSignal {
  const ending = new AbortController();
  let first: number | undefined;
  const onSignal = () => {
    if (first === undefined) setTimeout(endLate, mostSecondsToEnd * 1_000).unref();
    first ??= performance.now();
    ending.abort();
    if (performance.now() - first > secondsBetweenSignals * 1_000) process.exit(1);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return ending.signal;
}

function endLate(): void {
  process.stderr.write(`Something did not stop within ${mostSecondsToEnd} seconds; ended now.\n`);
  process.exit(1);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
