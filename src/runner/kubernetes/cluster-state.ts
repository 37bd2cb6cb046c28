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
  /** Nobody else has changed it since our last call, or since it was first seen. */
  isAsLeft(object: Stored | Deployment): boolean;
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
  /** what each object was like after our last call, by uid */
  const left = new Map<string, string>();
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
    isAsLeft: (object) => left.get(object.metadata.uid) === contentOf(object),
    put(kind, object) {
      if (kind === "Pod") return;
      if (kind === "Deployment") putAnswer(deployments, deploymentShape.safeParse(object).data);
      else putAnswer(others.get(kind), metadataShape.safeParse(object).data);
    },
    remove(kind, { metadata }) {
      if (kind === "Pod") for (const change of pods.remove({ metadata })) onPod(change);
      else if (kind === "Deployment") deployments.remove({ metadata });
      else others.get(kind)?.remove({ metadata });
      left.delete(metadata.uid);
    },
    ended,
  };

  function tellObject({ before, after }: Change<Stored>): void {
    if (after && !left.has(after.metadata.uid)) left.set(after.metadata.uid, contentOf(after));
    if (before && !after) left.delete(before.metadata.uid);
    onObject(groupOf((after ?? before)?.metadata.labels ?? {}));
  }

  function putAnswer<Object extends Stored>(
    known: KnownObjects<Object> | undefined,
    answer: Object | undefined,
  ): void {
    if (!known || !answer) return;
    left.set(answer.metadata.uid, contentOf(answer));
    for (const change of known.put(answer)) tellObject(change);
  }

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

/** Of a Deployment without its number of pods and its status, which change without us. */
function contentOf(object: Stored | Deployment): string {
  return "spec" in object ? object.spec.othersHash : object.metadata.resourceVersion;
}

export function groupOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[labelKeys.group];
}
