// The service as a program: the ready line, the signals, the exit code.
import { ConfigError, readConfig } from "./config.ts";
import { type Logger, makeLog } from "./log.ts";
import { type RunningService, startService } from "./main.ts";
import { allOperations } from "./operations/index.ts";

/** One Ctrl-C under npm arrives as two signals a millisecond apart. */
const secondsBetweenSignals = 1;

/**
 * Runs until a signal ends it; answers the exit code: 0, 2 for a senseless setting, 1 for anything
 * else that stops the start.
 */
export async function runService(): Promise<number> {
  try {
    const config = readConfig(undefined, allOperations);
    const log = makeLog(config);
    const signal = firstSignal();
    const service = await startService(config, log);
    process.stdout.write(
      `Longshore is ready at ${service.url}${service.s3Url ? `, S3 at ${service.s3Url}` : ""}\n`,
    );
    await signal;
    await end(service, log);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

async function end(service: RunningService, log: Logger): Promise<void> {
  log.info("ending: what is in hand is finished first");
  await service.close();
}

/**
 * Later ones are another person's impatience: then the process ends at once. The ledger is
 * committed, so nothing is lost.
 */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = () => {
      first ??= performance.now();
      resolve();
      if (performance.now() - first > secondsBetweenSignals * 1_000) process.exit(1);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
