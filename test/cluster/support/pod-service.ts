// A service on this machine whose workers are pods of the cluster.
import { inject } from "vitest";
import { Longshore } from "../../../src/client/client.ts";
import { freePorts } from "../../support/free-ports.ts";
import { type Service, startService } from "../../support/service.ts";
import { until } from "../../support/wait.ts";
import type { Namespace, Pod } from "./kube.ts";
import type { Surroundings } from "./surroundings.ts";

/** The label selector of everything that the runner makes. */
export const ours = "app.kubernetes.io/managed-by=longshore";
const kinds = "deployments,replicasets,pods,configmaps,secrets,horizontalpodautoscalers";

export async function startPodService(
  around: Surroundings,
  namespace: Namespace,
  more: Record<string, string> = {},
): Promise<Service> {
  const { host, image, kubeconfig } = inject("cluster");
  const [port = 0] = await freePorts(1);
  return startService({
    ...around.settings,
    HOST: host,
    PORT: String(port),
    INTERNAL_URL: `http://${host}:${port}`,
    ENABLE_AUTH: "false",
    ALLOW_ANYONE: "true",
    SECRET_KEY: "the-same-key-for-all-of-these-pods",
    LEASE_SECONDS: "20",
    SWEEP_SECONDS: "1",
    RUNNER: "kubernetes",
    KUBECONFIG: kubeconfig,
    TRANSFORMER_NAMESPACE: namespace.name,
    KUBERNETES_WORKERS: "3",
    WORKER_IMAGE: image,
    WORKER_CPU_REQUEST: "10m",
    WORKER_MEMORY_REQUEST: "64Mi",
    ...more,
  });
}

export function clientOf({ url }: Service): Longshore {
  return new Longshore({ url });
}

/** `count` files, each of which takes a while. */
export function submitSlow(client: Longshore, around: Surroundings, name: string, count: number) {
  const files = Array.from(
    { length: count },
    (_, index) => `${around.files}/slow-${name}-${index}`,
  );
  return client.submit({
    dataset: { files: files.map((file) => `${file}.parquet`) },
    steps: [{ operation: "transform", selection: "select max(temp_max) as warmest from input" }],
  });
}

export const workerPods = async (namespace: Namespace): Promise<Pod[]> =>
  (await namespace.pods(ours)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);

/** Resolves with the pods of workers that run, once there is one that is not among `others`. */
export function running(namespace: Namespace, others: Pod[] = []): Promise<Pod[]> {
  const known = new Set(others.map(({ metadata }) => metadata.name));
  return until(
    async () => {
      const found = (await workerPods(namespace)).filter(
        ({ metadata, status }) => status.phase === "Running" && !known.has(metadata.name),
      );
      return found.length > 0 && found;
    },
    { timeoutSeconds: 90, everyMilliseconds: 250, what: "a running worker" },
  );
}

/** Everything that bears the runner's label, as `kind/name`. */
export async function leftBehind({ kubectl }: Namespace): Promise<string[]> {
  const listed = await kubectl(["get", kinds, "-l", ours, "-o", "name"]);
  return listed.split("\n").filter(Boolean);
}

export async function removeEverything({ kubectl }: Namespace): Promise<void> {
  await kubectl(["delete", kinds, "-l", ours, "--wait=false"]);
}
