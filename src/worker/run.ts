import { lstatSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { mostInputMegabytes } from "../inputs/remote.ts";
import { allOperations } from "../operations/index.ts";
import { isWorkerOperation, operationsNamed } from "../operations/offered.ts";
import type { ReportsExchange } from "../queue/contract.ts";
import { untilReportable } from "../queue/messages.ts";
import { makeHeldLeases } from "./held-leases.ts";
import { type GivenRules, makeInputAccess } from "./input-access.ts";
import { makeReportBuffer } from "./report-buffer.ts";
import { reportsByQueue } from "./reports-by-queue.ts";
import { type ShutdownOptions, watchShutdown } from "./shutdown.ts";
import type { TaskContextSettings } from "./task-context.ts";
import { openWorkApi } from "./work-api.ts";
import { runLoop } from "./worker-loop.ts";

export interface WorkerOptions
  extends ShutdownOptions,
    Pick<
      TaskContextSettings,
      "facility" | "inputFolders" | "inputHosts" | "unusedProxy" | "limits"
    > {
  /** of the service's work API, without `/v1` */
  url: string;
  /** unique among the workers of the service */
  name: string;
  operations: string[];
  /** only files of this request */
  request?: string | undefined;
  /** files at once of each operation */
  concurrency?: number | undefined;
  token?: string | undefined;
  /** reports go to it instead of the work API; the worker closes it */
  exchange?: ReportsExchange | undefined;
  /**
   * a separate folder for downloads and results; default: one below the system's temporary folder
   */
  scratch?: string | undefined;
  inputMegabytes?: number | undefined;
  /** of a worker that the service has not started */
  given?: GivenRules | undefined;
  log: Logger;
}

/**
 * A worker: claims tasks, performs them and reports, until it is stopped. Rejects when the service
 * refuses it.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { name, log, request, exchange, token } = options;
  const settings = settingsOf(options);
  const api = openWorkApi({ url: options.url, worker: name, token });
  const heldLeases = makeHeldLeases(api, log);
  const reportBuffer = exchange
    ? makeReportBuffer(reportsByQueue(exchange, { worker: name, token }), log, heldLeases.passOn)
    : makeReportBuffer(api, log, heldLeases.remove);
  const access = makeInputAccess(settings, options.given, api, log);
  const shutdown = watchShutdown(options, heldLeases);
  const operations = operationsNamed(allOperations.filter(isWorkerOperation), options.operations);
  const loops = operations.flatMap((operation) =>
    Array.from({ length: options.concurrency ?? 1 }, () => operation),
  );
  log.info(
    { worker: name, operations: options.operations, url: options.url },
    "the worker takes work",
  );
  try {
    if (exchange) await untilReportable(exchange, "worker", shutdown.retire, log);
    await access.start(shutdown.retire);
    const ends = loops.map(async (operation) => {
      try {
        await runLoop({
          operation,
          request,
          api,
          heldLeases,
          reportBuffer,
          settings,
          access,
          log,
          ...shutdown,
        });
      } catch (error) {
        shutdown.onFailure();
        throw error;
      }
    });
    await Promise.all(ends);
    await reportBuffer.atMost(0, shutdown.gone);
  } finally {
    shutdown.close();
    heldLeases.close();
    const removed = rm(settings.scratch, { recursive: true, force: true });
    await Promise.all([removed, api.close(), exchange?.close()]);
  }
}

function settingsOf(options: WorkerOptions): TaskContextSettings {
  return {
    facility: options.facility,
    inputFolders: options.inputFolders,
    inputHosts: options.inputHosts,
    unusedProxy: options.unusedProxy,
    limits: options.limits,
    service: options.given && { url: options.url, token: options.token, worker: options.name },
    inputMegabytes: options.inputMegabytes ?? mostInputMegabytes,
    scratch: options.scratch ?? ownFolder(),
  };
}

/** Nobody else can guess its name, so nobody else has made it, or a link in its place, before. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "longshore-worker-"));
  const { uid, mode } = lstatSync(folder);
  if (uid !== (process.getuid?.() ?? uid) || (mode & 0o077) !== 0)
    throw new Error(`The worker's folder ${folder} is not its own.`);
  return folder;
}
