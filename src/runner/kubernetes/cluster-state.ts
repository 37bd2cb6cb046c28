import type { Logger } from "../../log.ts";
import type { Api } from "./api.ts";
import { allKinds, type KindName, kinds } from "./kinds.ts";
import { type Change, type KnownObjects, makeKnownObjects } from "./known-objects.ts";
import { labelKeys } from "./names.ts";
import {
  type Deployment,
  deploymentShape,
  metadataShape,
  type Pod,
  podShape,
  type Stored,
} from "./shapes.ts";
import { type WatchTimes, watchKind } from "./watch-kind.ts";

/** What runs for us in the cluster, as far as the watch has told. */
export interface ClusterState {
  pods: KnownObjects<Pod>;
  deployments: KnownObjects<Deployment>;
  /** of which the metadata is known */
  others: ReadonlyMap<Exclude<KindName, "Pod" | "Deployment">, KnownObjects<Stored>>;
  /** Every kind was listed: what is not known is not there. */
  isComplete(): boolean;
  /** why the cluster cannot be read now, or undefined */
  problem(): string | undefined;
  /** An answer to a call of our own: the watch tells it later. */
  put(kind: KindName, object: unknown): void;
  /** The object is gone, as the answer to a call says. */
  remove(kind: KindName, object: Stored): void;
}

export interface StateOptions {
  api: Pick<Api, "list" | "watch">;
  onPod(change: Change<Pod>): void;
  /** another object of the group, or undefined where that is not known */
  onObject(group: string | undefined): void;
  onComplete(): void;
  log: Logger;
  signal: AbortSignal;
  times?: Partial<WatchTimes>;
}

/** Watches all kinds until the signal. */
export function watchCluster(options: StateOptions): ClusterState & { ended: Promise<void> } {
  const { onPod, onObject } = options;
  const unlisted = new Set<KindName>(allKinds.map(({ name }) => name));
  const problems = new Map<KindName, string>();
  const pods = makeKnownObjects<Pod>();
  const deployments = makeKnownObjects<Deployment>();
  const others = new Map(
    (["ConfigMap", "Secret", "HorizontalPodAutoscaler"] as const).map((name) => [
      name,
      makeKnownObjects<Stored>(),
    ]),
  );
  const tellObject = ({ before, after }: Change<Stored>) =>
    onObject(groupOf((after ?? before)?.metadata.labels ?? {}));
  const ended = Promise.all([
    watch("Pod", pods, (object) => podShape.safeParse(object).data, onPod),
    watch("Deployment", deployments, (o) => deploymentShape.safeParse(o).data, tellObject),
    ...[...others].map(([name, known]) =>
      watch(name, known, (object) => metadataShape.safeParse(object).data, tellObject),
    ),
  ]).then(() => undefined);

  return {
    pods,
    deployments,
    others,
    isComplete: () => unlisted.size === 0,
    problem: () => [...problems.values()][0],
    put(kind, object) {
      if (kind === "Pod") return;
      if (kind === "Deployment") {
        const deployment = deploymentShape.safeParse(object).data;
        if (deployment) for (const change of deployments.put(deployment)) tellObject(change);
      } else {
        const stored = metadataShape.safeParse(object).data;
        if (stored) others.get(kind)?.put(stored);
      }
    },
    remove(kind, { metadata }) {
      if (kind === "Pod") for (const change of pods.remove({ metadata })) onPod(change);
      else if (kind === "Deployment") deployments.remove({ metadata });
      else others.get(kind)?.remove({ metadata });
    },
    ended,
  };

  function watch<Object extends Stored>(
    name: KindName,
    known: KnownObjects<Object>,
    read: (object: unknown) => Object | undefined,
    onChange: (change: Change<Object>) => void,
  ): Promise<void> {
    const { api, log, signal, times } = options;
    return watchKind({
      api,
      kind: kinds[name],
      known,
      read,
      onChange,
      onListed() {
        if (unlisted.delete(name) && unlisted.size === 0) options.onComplete();
      },
      onProblem(problem) {
        if (problem === undefined) problems.delete(name);
        else problems.set(name, problem);
      },
      log,
      signal,
      ...(times && { times }),
    });
  }
}

export function groupOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[labelKeys.group];
}
