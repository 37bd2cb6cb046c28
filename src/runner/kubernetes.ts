import type { Logger } from "../log.ts";
import type { Runner, WorkerGroup } from "./contract.ts";
import { openApi } from "./kubernetes/api.ts";
import { makeCallPace } from "./kubernetes/call-pace.ts";
import { checkClaim } from "./kubernetes/claim.ts";
import type { Cluster } from "./kubernetes/connect.ts";
import { selectorOf } from "./kubernetes/names.ts";
import { podLogs } from "./kubernetes/pod-logs.ts";
import type { PodTrouble } from "./kubernetes/pod-trouble.ts";
import type { ManifestSettings } from "./kubernetes/settings.ts";
import { startTerm, type Term } from "./kubernetes/term.ts";
import { makeWantedObjects } from "./kubernetes/wanted-objects.ts";
import type { WatchTimes } from "./kubernetes/watch-kind.ts";
import { makeListeners } from "./listeners.ts";

export interface KubernetesRunnerOptions {
  /** undefined in a process that never leads, and so never calls the cluster */
  cluster: Cluster | undefined;
  /** in the namespace of the pods */
  settings: ManifestSettings;
  log: Logger;
  /** of a call with its answer, and of the silence of a watch; in seconds */
  callSeconds?: number;
  silentSeconds?: number;
  times?: Partial<WatchTimes>;
}

const help =
  "No process of the service starts pods now: start one with ROLES=scheduler, and see its log.";

/** A bookmark comes about once a minute. */
const usualSilentSeconds = 150;
const usualCallSeconds = 15;

/** Workers as pods of a Kubernetes cluster; they outlive the service. */
export function openKubernetesRunner(options: KubernetesRunnerOptions): Runner {
  const { cluster, settings, log } = options;
  const { capacity, instance, callsPerSecond, transformer } = settings.pods;
  const changes = makeListeners<string>(log);
  const deaths = makeListeners<string>(log);
  const closing = new AbortController();
  const api =
    cluster &&
    openApi({
      cluster,
      namespace: settings.namespace,
      selector: selectorOf(instance),
      pace: makeCallPace(callsPerSecond),
      callSeconds: options.callSeconds ?? usualCallSeconds,
      silentSeconds: options.silentSeconds ?? usualSilentSeconds,
      signal: closing.signal,
    });
  let term: Term | undefined;
  let claimTrouble: PodTrouble | undefined;

  return {
    help,
    startsContainers: true,
    endedBefore: [],
    forgetEndedBefore: async () => undefined,
    capacity,
    groups: "per-operation",
    async reconcile(wanted) {
      if (!api || closing.signal.aborted) return;
      term ??= begin(api);
      term.want(wanted);
    },
    resign: end,
    statuses: () => term?.statuses() ?? new Map(),
    async lastWords(worker, bytes, request) {
      if (!api || closing.signal.aborted) return undefined;
      return podLogs(api, instance, { name: worker, request, bytes });
    },
    onChange: changes.add,
    onDeath: deaths.add,
    async close() {
      closing.abort(new Error("The service is ending."));
      await end();
      cluster?.close();
    },
  };

  function begin(calls: NonNullable<typeof api>): Term {
    const { claim } = transformer;
    if (claim !== undefined)
      void checkClaim(calls, claim, settings.namespace, log).then((trouble) => {
        claimTrouble = trouble;
      });
    return startTerm({
      api: calls,
      objectsOf: makeWantedObjects(settings, capacity),
      capacity,
      settingsTrouble: needsClaim,
      onChange: changes.call,
      onDeath: deaths.call,
      log,
      ...(options.times && { times: options.times }),
    });
  }

  function needsClaim({ workload }: WorkerGroup): PodTrouble | undefined {
    return workload?.destination === "volume" ? claimTrouble : undefined;
  }

  async function end(): Promise<void> {
    const ending = term;
    term = undefined;
    await ending?.end();
  }
}
