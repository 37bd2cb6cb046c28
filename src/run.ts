// The service as a program: the ready line, the signals, the exit code.
import { ConfigError, readConfig } from "./config.ts";
import { keepFilesPrivate } from "./data-folder.ts";
import type { KeptLink } from "./first-admin-link.ts";
import { FolderLostError } from "./folder-lock.ts";
import type { KeptToken } from "./local-token.ts";
import { type Logger, makeLog } from "./log.ts";
import { type RunningService, startService } from "./main.ts";
import { nodeWarning } from "./node-version.ts";
import { allOperations } from "./operations/index.ts";
import { watchStopSignals } from "./stop-signals.ts";
import { inWords, systemProblem } from "./system-problem.ts";
import { pause } from "./time.ts";

/** A broker is connected to in the background; it is rarely usable at once. */
const secondsForReadiness = 3;

/**
 * Runs until a signal ends it; returns the exit code: 0, 2 for a setting that is not valid, 1 for
 * anything else that stops the start.
 */
export async function runService(): Promise<number> {
  keepFilesPrivate();
  ignoreLostTerminal();
  const stop = watchStopSignals();
  const { signal } = stop;
  const isLost = () => signal.reason instanceof FolderLostError;
  signal.addEventListener("abort", () => {
    if (isLost()) process.stderr.write(`${signal.reason.message}\n`);
  });
  try {
    const config = readConfig(undefined, allOperations);
    const log = makeLog(config);
    const warning = nodeWarning();
    if (warning !== undefined) log.warn(warning);
    const service = await startService(config, log, stop);
    process.stdout.write(`${await readyLine(service, log, signal)}\n`);
    if (service.localToken) process.stdout.write(`${tokenLine(service.localToken)}\n`);
    if (service.firstAdmin) process.stdout.write(`${adminLine(service.firstAdmin)}\n`);
    await aborted(signal);
    log.info("stopping: running work is finished first");
    await service.close(stop.limits()).catch((error: Error) => {
      if (!isLost()) throw error;
      log.warn({ err: error }, "not everything could be stopped in order");
    });
    return isLost() ? 1 : 0;
  } catch (error) {
    // Ended before it was ready
    if (signal.aborted && error === signal.reason) return isLost() ? 1 : 0;
    process.stderr.write(`${sentenceOf(error as NodeJS.ErrnoException)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

/** Errors of our own are sentences; those of the system name a file, and are put in words here. */
function sentenceOf(error: NodeJS.ErrnoException): string {
  if (error.syscall === undefined || !systemProblem(error)) return error.message;
  return `The service cannot run: ${error.path ?? error.syscall}: ${inWords(error)}.`;
}

/**
 * The line says what cannot be used, and what needs an operator, for programs that read only this
 * line.
 */
async function readyLine(
  service: RunningService,
  log: Logger,
  signal: AbortSignal,
): Promise<string> {
  const s3 = service.s3Url ? `, S3 at ${service.s3Url}` : "";
  const ready = `Longshore is ready at ${service.url}${s3}`;
  const deadline = performance.now() + secondsForReadiness * 1_000;
  let found = await service.readiness();
  while (!isEmpty(found.missing) && performance.now() < deadline && !signal.aborted) {
    await pause(100, signal);
    found = await service.readiness();
  }
  const { missing, warnings } = found;
  const parts: string[] = [];
  if (!isEmpty(missing)) {
    log.warn({ missing }, "the service is not ready: something that it needs cannot be used");
    parts.push(`it cannot use ${sentencesOf(missing).join(" Nor ")}`);
  }
  if (!isEmpty(warnings)) {
    log.warn({ warnings }, "the service is ready, but something needs an operator");
    parts.push(`with a warning about ${sentencesOf(warnings).join(" And ")}`);
  }
  return [ready, ...parts].join(", but ");
}

function isEmpty(found: Record<string, string>): boolean {
  return Object.keys(found).length === 0;
}

function sentencesOf(found: Record<string, string>): string[] {
  return Object.entries(found).map(([name, why]) => `the ${name}: ${why}`);
}

function adminLine({ link, linkPath }: KeptLink): string {
  const forWhom = "There is no administrator yet. For an hour, whoever signs in by the link";
  return `${forWhom} ${process.stdout.isTTY ? link : `in ${linkPath}`} becomes one`;
}

/** The link is a secret: printed for a person, and not into a file that others may read. */
function tokenLine({ link, linkPath }: KeptToken): string {
  const isForOthers = "Other users of this machine, and browsers of theirs, need the link";
  return process.stdout.isTTY ? `${isForOthers} ${link}` : `${isForOthers} in ${linkPath}`;
}

/**
 * After its terminal was closed, or the reader of its output has ended, it still stops in order:
 * its database would be left behind.
 */
function ignoreLostTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners("error");
    stream.on("error", () => undefined);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
