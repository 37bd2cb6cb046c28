// What has to be done so that the cluster runs what is wanted: pure, from what is known of both.
import { type ClusterState, groupOf } from "./cluster-state.ts";
import { type Kind, type KindName, kinds } from "./kinds.ts";
import type { Manifest } from "./manifests.ts";
import { annotationKeys, containers } from "./names.ts";
import type { Deployment, Pod, Stored } from "./shapes.ts";

export type Step =
  | { do: "apply"; kind: Kind; manifest: Manifest }
  | { do: "remove"; kind: Kind; object: Stored };

/** What one group needs, in this order. */
export interface Work {
  group: string;
  steps: Step[];
}

export interface WantedObjects {
  /** in the order in which they are applied */
  manifests: readonly Manifest[];
  size: number;
}

/** How long a pod that has failed can be looked at. */
const failedMilliseconds = 5 * 60_000;
/** Kubernetes itself removes the pods of a Deployment that is gone; this long it may take. */
const orphanMilliseconds = 60_000;

/** What ends first: it leaves room for what starts. */
export function differences(
  wanted: ReadonlyMap<string, WantedObjects>,
  state: ClusterState,
  now: number,
): Work[] {
  const work = new Map<string, Step[]>();
  const add = (group: string, steps: Step[]) => {
    if (steps.length > 0) work.set(group, [...(work.get(group) ?? []), ...steps]);
  };
  for (const step of unwanted(wanted, state))
    add(groupOf(step.object.metadata.labels) ?? "", [step]);
  for (const pod of state.pods.all()) {
    const group = groupOf(pod.metadata.labels) ?? "";
    add(group, removalOfPod(pod, group, wanted, state, now));
  }
  for (const [group, { manifests, size }] of wanted)
    add(group, stepsToMake(manifests, size, state));
  return [...work].map(([group, steps]) => ({ group, steps }));
}

function unwanted(
  wanted: ReadonlyMap<string, WantedObjects>,
  state: ClusterState,
): Extract<Step, { do: "remove" }>[] {
  const names = new Set(
    [...wanted.values()].flatMap(({ manifests }) =>
      manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    ),
  );
  const known: [KindName, Iterable<Stored>][] = [
    ["HorizontalPodAutoscaler", state.others.get("HorizontalPodAutoscaler")?.all() ?? []],
    ["Deployment", state.deployments.all()],
    ["ConfigMap", state.others.get("ConfigMap")?.all() ?? []],
    ["Secret", state.others.get("Secret")?.all() ?? []],
  ];
  // What cannot be made now (a setting is missing) may still run
  const isKept = (group = "") => wanted.get(group)?.manifests.length === 0;
  return known.flatMap(([kind, objects]) =>
    [...objects]
      .filter(
        ({ metadata }) =>
          !metadata.deletionTimestamp &&
          !names.has(`${kind}/${metadata.name}`) &&
          !isKept(groupOf(metadata.labels)),
      )
      .map((object) => ({ do: "remove" as const, kind: kinds[kind], object })),
  );
}

/**
 * A group without room keeps what it has, without pods: it goes on where it was when there is room.
 * One that has nothing gets nothing, so that the cluster holds no more Deployments than workers.
 */
function stepsToMake(manifests: readonly Manifest[], size: number, state: ClusterState): Step[] {
  const steps = manifests.flatMap((manifest): Step[] => {
    const known = knownAs(manifest, state);
    // It comes back once it is gone
    if (known?.metadata.deletionTimestamp) return [];
    if (known && isAsWanted(known, manifest) && state.isAsLeft(known)) return [];
    return [{ do: "apply", kind: kinds[manifest.kind], manifest }];
  });
  const hasNothing = !manifests.some(
    (manifest) => manifest.kind === "Deployment" && knownAs(manifest, state),
  );
  return size === 0 && hasNothing ? [] : steps;
}

function knownAs({ kind, metadata }: Manifest, state: ClusterState): Stored | undefined {
  if (kind === "Deployment") return state.deployments.get(metadata.name);
  return state.others.get(kind)?.get(metadata.name);
}

function isAsWanted(known: Stored, manifest: Manifest): boolean {
  const key = annotationKeys.content;
  if (known.metadata.annotations?.[key] !== manifest.metadata.annotations?.[key]) return false;
  if (manifest.kind !== "Deployment") return true;
  return (known as Deployment).spec.replicas === manifest.spec?.replicas;
}

function removalOfPod(
  pod: Pod,
  group: string,
  wanted: ReadonlyMap<string, WantedObjects>,
  state: ClusterState,
  now: number,
): Step[] {
  const { deletionTimestamp, creationTimestamp, ownerReferences } = pod.metadata;
  if (deletionTimestamp) return [];
  const remove: Step = { do: "remove", kind: kinds.Pod, object: pod };
  const age = now - creationTimestamp.getTime();
  if (wanted.has(group)) {
    const hasFailed = pod.status.phase === "Failed" || pod.status.phase === "Succeeded";
    return hasFailed && now - endOf(pod).getTime() > failedMilliseconds ? [remove] : [];
  }
  const hasDeployment = [...state.deployments.all()].some(
    ({ metadata }) => groupOf(metadata.labels) === group,
  );
  if (hasDeployment || (ownerReferences.length > 0 && age < orphanMilliseconds)) return [];
  return [remove];
}

function endOf({ metadata, status }: Pod): Date {
  const times = status.containerStatuses.flatMap(
    ({ state }) => state.terminated?.finishedAt?.getTime() ?? [],
  );
  return times.length > 0 ? new Date(Math.max(...times)) : metadata.creationTimestamp;
}

/**
 * A science container has died beside a sidecar that goes on: that one has acknowledged its tasks
 * and reports none of them, so another pod has to take its place.
 */
export function isHalfDead({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp) return false;
  const named = (name: string) => status.containerStatuses.find((one) => one.name === name);
  const science = named(containers.science);
  return (
    named(containers.sidecar) !== undefined &&
    science !== undefined &&
    (science.restartCount > 0 || science.state.terminated !== undefined)
  );
}
