// The cluster behind `kubernetes-api.ts`: objects with resource versions, the events by which
// watches learn of them, and what makes pods for Deployments there.
import { randomUUID } from "node:crypto";

export interface Stored {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    generation: number;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
    ownerReferences?: { apiVersion: string; kind: string; name: string; controller: boolean }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind
  spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind
  status?: any;
  [key: string]: unknown;
}

type Given = Partial<Omit<Stored, "metadata">> & {
  metadata: Partial<Stored["metadata"]> & { name: string };
};

export interface Event {
  version: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  plural: string;
  object: Stored;
}

const kindsByPlural: Record<string, string> = {
  deployments: "Deployment",
  pods: "Pod",
  configmaps: "ConfigMap",
  secrets: "Secret",
  horizontalpodautoscalers: "HorizontalPodAutoscaler",
  persistentvolumeclaims: "PersistentVolumeClaim",
  events: "Event",
};

export type Objects = ReadonlyMap<string, ReadonlyMap<string, Stored>>;

/** `tell` is called with each change. */
export function makeCluster(tell: (event: Event) => void) {
  const objects = new Map<string, Map<string, Stored>>(
    Object.keys(kindsByPlural).map((plural) => [plural, new Map()]),
  );
  /** by the pod's name; that of before a restart has the name with " before" */
  const logs = new Map<string, string>();
  let version = 100;
  /** makes the status of a pod when it has been made, and after each restart */
  let start: (pod: Stored) => unknown = readyStatus;

  return {
    objects: objects as Objects,
    logs,
    version: () => version,
    of: (plural: string): Stored[] => [...all(plural).values()],
    get: (plural: string, name: string) => all(plural).get(name),
    put,
    update,
    remove,
    /** Nodes start pods so from now on; `restart` does it with those that are there. */
    onStart(status: (pod: Stored) => unknown) {
      start = status;
    },
    restart() {
      for (const pod of [...all("pods").values()]) update("pods", pod.metadata.name, start);
    },
  };

  function all(plural: string): Map<string, Stored> {
    const found = objects.get(plural);
    if (!found) throw new Error(`there are no ${plural} here`);
    return found;
  }

  function put(plural: string, object: Given): Stored {
    version += 1;
    const known = all(plural).get(object.metadata.name);
    const stored: Stored = {
      apiVersion: "v1",
      kind: kindsByPlural[plural] ?? "",
      ...known,
      ...object,
      metadata: {
        uid: randomUUID(),
        creationTimestamp: new Date().toISOString(),
        labels: {},
        ...known?.metadata,
        ...object.metadata,
        generation: (known?.metadata.generation ?? 0) + 1,
        resourceVersion: String(version),
      },
    };
    all(plural).set(stored.metadata.name, stored);
    tell({ version, type: known ? "MODIFIED" : "ADDED", plural, object: stored });
    if (plural === "deployments") setImmediate(() => makePods(stored.metadata.name));
    return stored;
  }

  function update(plural: string, name: string, status: (object: Stored) => unknown): void {
    const object = all(plural).get(name);
    if (object) put(plural, { ...object, status: status(object) });
  }

  function remove(plural: string, name: string): void {
    const object = all(plural).get(name);
    if (!object) return;
    all(plural).delete(name);
    version += 1;
    const gone = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    tell({ version, type: "DELETED", plural, object: gone });
    if (plural === "deployments")
      setImmediate(() => {
        for (const pod of podsOf(name)) remove("pods", pod.metadata.name);
      });
    const owner = object.metadata.ownerReferences?.[0]?.name;
    if (plural === "pods" && owner !== undefined) setImmediate(() => makePods(owner));
  }

  function podsOf(deployment: string): Stored[] {
    return [...all("pods").values()].filter(
      ({ metadata }) => metadata.ownerReferences?.[0]?.name === deployment,
    );
  }

  /** Stands in for the controllers, the scheduler and the kubelets. */
  function makePods(name: string): void {
    const deployment = all("deployments").get(name);
    if (!deployment) return;
    const live = podsOf(name).filter(({ status }) => status?.phase !== "Failed");
    for (const pod of live.slice(deployment.spec.replicas)) remove("pods", pod.metadata.name);
    for (let count = live.length; count < deployment.spec.replicas; count += 1) {
      const pod = put("pods", {
        metadata: {
          ...({ labels: deployment.spec.template.metadata.labels } as Stored["metadata"]),
          name: `${name}-${randomUUID().slice(0, 8)}`,
          ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name, controller: true }],
        },
        spec: { containers: deployment.spec.template.spec.containers },
        status: { phase: "Pending" },
      });
      logs.set(pod.metadata.name, `the worker ${pod.metadata.name} has started\n`);
      setImmediate(() => update("pods", pod.metadata.name, start));
    }
  }
}

export function readyStatus(pod: Stored): unknown {
  const at = new Date().toISOString();
  const names: { name: string }[] = pod.spec?.containers ?? [];
  return {
    phase: "Running",
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: at },
      { type: "Ready", status: "True", lastTransitionTime: at },
    ],
    containerStatuses: names.map(({ name }) => ({
      name,
      image: "image",
      restartCount: 0,
      state: { running: { startedAt: at } },
      lastState: {},
    })),
  };
}

/** Its containers die at once, again and again. */
export function crashingStatus(pod: Stored): unknown {
  const at = new Date().toISOString();
  const names: { name: string }[] = pod.spec?.containers ?? [];
  return {
    phase: "Running",
    conditions: [{ type: "Ready", status: "False", lastTransitionTime: at }],
    containerStatuses: names.map(({ name }) => ({
      name,
      image: "image",
      restartCount: 3,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
      lastState: {
        terminated: { exitCode: 3, reason: "Error", message: "no such module", finishedAt: at },
      },
    })),
  };
}
