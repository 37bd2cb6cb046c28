import type { Command } from "commander";
import { holderOf } from "../../../folder-lock.ts";
import { sendSignal } from "../../../live-process.ts";
import { pause } from "../../../time.ts";
import { exits, exitsOf } from "../exit-codes.ts";
import { ExitError } from "../exits.ts";
import { print, say } from "../print/print.ts";

/** The service ends itself after 28 seconds, whatever hangs. */
const mostSeconds = 40;

export function addStop(program: Command): void {
  program
    .command("stop")
    .description(`stop the service of the data folder here (DATA_DIR): ${exitsOf("stop")}`)
    .action(stop);
}

async function stop(): Promise<void> {
  const { readClientConfig } = await import("../../../config.ts");
  const { dataDir } = readClientConfig();
  const holder = holderOf(dataDir);
  if (holder === undefined)
    throw new ExitError(
      exits.notReachable,
      `No service runs on ${dataDir}. Set DATA_DIR where it is another folder.`,
    );
  const { pid, isCertain } = holder;
  if (!isCertain)
    throw new ExitError(
      exits.refused,
      `${dataDir} names process ${pid}, and this system does not say whether that is still the ` +
        `service. If it is, end it with \`kill ${pid}\`.`,
    );
  signal(pid);
  say(`Stopping the service on ${dataDir} (process ${pid}): running work is finished first.`);
  const deadline = performance.now() + mostSeconds * 1_000;
  while (holderOf(dataDir)?.pid === pid) {
    if (performance.now() > deadline)
      throw new ExitError(
        exits.someFailed,
        `Process ${pid} still runs after ${mostSeconds} seconds. \`kill -9 ${pid}\` loses nothing.`,
      );
    await pause(50);
  }
  print("The service has stopped.");
}

function signal(pid: number): void {
  try {
    sendSignal(pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    throw new ExitError(exits.refused, `Process ${pid} belongs to another user, who may stop it.`);
  }
}
