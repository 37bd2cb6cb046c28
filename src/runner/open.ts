import { join } from "node:path";
import type { Config } from "../config.ts";
import { childEnvironment } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Runner } from "./contract.ts";
import { openExternalRunner } from "./external.ts";
import { connect } from "./kubernetes/connect.ts";
import { manifestSettings } from "./kubernetes/settings.ts";
import { openKubernetesRunner } from "./kubernetes.ts";
import { localHelp, openLocalRunner } from "./local.ts";

export interface RunnerDeps {
  /** where workers call the service */
  internalUrl: () => string;
  log: Logger;
}

/**
 * On a busy machine, a worker may not run for seconds. A frozen one is killed before its leases
 * end, where these are long enough: then its files cost no try.
 */
const leastSilentSeconds = 30;
/** It reads its program from a disk that may be slow; it has no file meanwhile. */
const startSeconds = 120;

/** The runner that RUNNER names. */
export async function openRunner(
  config: Config,
  { internalUrl, log }: RunnerDeps,
): Promise<Runner> {
  switch (config.runner) {
    case "external":
      return openExternalRunner();
    case "kubernetes":
      return openKubernetes(config, { internalUrl, log });
    case "local":
      if (!config.roles.includes("worker")) return openExternalRunner(localHelp);
      return openLocalRunner({
        internalUrl,
        log,
        logLevel: config.logLevel,
        capacity: config.localWorkers,
        scratch: join(config.dataDir, "scratch"),
        facility: config.facility,
        inputFolders: config.inputFolders,
        inputHosts: config.inputHosts,
        unusedProxy: config.unusedProxy,
        limits: config.fileLimits,
        environment: childEnvironment(),
        silentSeconds: Math.max(leastSilentSeconds, config.leaseSeconds / 2),
        startSeconds,
      });
  }
}

/** Where pods run, if neither the settings nor the login say it. */
const defaultNamespace = "default";

/** Only a leader calls the cluster; the other processes need no login there. */
async function openKubernetes(config: Config, { internalUrl, log }: RunnerDeps): Promise<Runner> {
  const leads = config.roles.includes("scheduler");
  const cluster = leads ? await connect(config.kubernetes?.mode) : undefined;
  const namespace = config.kubernetes?.namespace ?? cluster?.namespace ?? defaultNamespace;
  const settings = manifestSettings(config, { namespace, internalUrl: internalUrl() });
  return openKubernetesRunner({ cluster, settings, log });
}
