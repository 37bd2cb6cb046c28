import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { enabledOperations } from "../operations/index.ts";
import { type EndingOptions, watchEnding } from "./ending.ts";
import { makeInHand } from "./in-hand.ts";
import { runLane } from "./lane.ts";
import { makeOutbox } from "./outbox.ts";
import type { SiteSettings } from "./site.ts";
import { openWorkApi } from "./work-api.ts";

export interface WorkerOptions extends EndingOptions, Pick<SiteSettings, "inputRoots" | "inputHosts" | "limits"> {
  /** of the service's work API, without `/v1` */
  url: string;
  /** unique among the workers of the service */
  name: string;
  operations: string[];
  /** files of this request alone */
  request?: string | undefined;
  /** files at once of each operation */
  concurrency?: number | undefined;
  token?: string | undefined;
  /** folder of its own for downloads and results on their way; one below the system's temporary folder unless said */
  scratch?: string | undefined;
  inputMegabytes?: number | undefined;
  log: Logger;
}

const defaultInputMegabytes = 8192;

/** A worker: takes a task, performs it, reports, repeats, until it is stopped. Rejects when the service refuses it. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { name, log, request } = options;
  const settings = settingsOf(options);
  const api = openWorkApi({ url: options.url, worker: name, token: options.token });
  const inHand = makeInHand(api, log);
  const outbox = makeOutbox(api, log, (task) => inHand.remove(task));
  const ending = watchEnding(options, inHand);
  const lanes = enabledOperations(options.operations).flatMap((operation) =>
    Array.from({ length: options.concurrency ?? 1 }, () => operation),
  );
  log.info({ worker: name, operations: options.operations, url: options.url }, "the worker takes work");
  try {
    const ends = lanes.map(async (operation) => {
      try {
        await runLane({ operation, request, api, inHand, outbox, settings, log, ...ending });
      } catch (error) {
        ending.onFailure();
        throw error;
      }
    });
    await Promise.all(ends);
    await outbox.atMost(0, ending.gone);
  } finally {
    ending.close();
    inHand.close();
    await Promise.all([rm(settings.scratch, { recursive: true, force: true }), api.close()]);
  }
}

function settingsOf(options: WorkerOptions): SiteSettings {
  return {
    inputRoots: options.inputRoots,
    inputHosts: options.inputHosts,
    limits: options.limits,
    inputMegabytes: options.inputMegabytes ?? defaultInputMegabytes,
    scratch: options.scratch ?? join(tmpdir(), `longshore-${options.name.replace(/[^\w.-]/g, "_").slice(0, 100)}`),
  };
}
