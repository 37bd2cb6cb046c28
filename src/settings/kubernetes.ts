// Settings of the runner `kubernetes`. Keys that begin with TRANSFORMER_ are ServiceX's and mean
// what they mean there; those of our own pods begin with WORKER_.
import { z } from "zod";
import { ConfigError, shown } from "./config-error.ts";
import * as kubernetes from "./kubernetes-values.ts";
import * as value from "./values.ts";

/** What ServiceX calls the two, and what they mean. */
const modes = { "internal-kubernetes": "in-cluster", "external-kubernetes": "kubeconfig" } as const;

export const kubernetesSettings = {
  INSTANCE_NAME: kubernetes.dnsLabel(53).default("longshore"),
  KUBERNETES_WORKERS: value.wholeNumber(1, 100_000).default(100),
  KUBERNETES_CALLS_PER_SECOND: value.number(0.1, 10_000).default(20),
  POD_START_SECONDS: value.number(1, 604_800).default(600),
  IMAGE_PULL_SECRETS: value
    .listBy(kubernetes.isObjectName, "names of secrets with logins of registries")
    .default([]),
  WORKER_IMAGE: kubernetes.image.optional(),
  WORKER_PULL_POLICY: kubernetes.pullPolicy.default("IfNotPresent"),
  WORKER_CPU_REQUEST: kubernetes.cpu.optional(),
  WORKER_CPU_LIMIT: kubernetes.cpu.optional(),
  WORKER_MEMORY_REQUEST: kubernetes.memory.optional(),
  WORKER_MEMORY_LIMIT: kubernetes.memory.optional(),
  WORKER_PRIORITY_CLASS: kubernetes.objectName.optional(),
  WORKER_NODE_SELECTOR: kubernetes.nodeSelector.optional(),
  WORKER_TOLERATIONS: kubernetes.tolerations.optional(),
  WORKER_REPORTS: value.oneOf(["queue", "http"]).optional(),
  WORKER_QUEUE_URL: value.amqpUrl.optional(),
  LOGSTASH_HOST: value.hostName.optional(),
  LOGSTASH_PORT: value.wholeNumber(1, 65_535).optional(),
  TRANSFORMER_MANAGER_ENABLED: value.yesOrNo.default(true),
  TRANSFORMER_MANAGER_MODE: value.oneOf(["internal-kubernetes", "external-kubernetes"]).optional(),
  TRANSFORMER_NAMESPACE: kubernetes.dnsLabel(63).optional(),
  TRANSFORMER_POD_SECURITY: value.oneOf(["baseline", "restricted"]).default("baseline"),
  TRANSFORMER_SIDECAR_IMAGE: kubernetes.image.optional(),
  TRANSFORMER_SIDECAR_PULL_POLICY: kubernetes.pullPolicy.default("Always"),
  TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY: kubernetes.pullPolicy.default("Always"),
  TRANSFORMER_PULL_POLICY: kubernetes.pullPolicy.optional(),
  TRANSFORMER_SIDECAR_VOLUME_PATH: kubernetes.absolutePath.default("/servicex/output"),
  TRANSFORMER_CPU_REQUEST: kubernetes.cpu.optional(),
  TRANSFORMER_CPU_LIMIT: kubernetes.cpu.default("1"),
  TRANSFORMER_MEMORY_REQUEST: kubernetes.memory.optional(),
  TRANSFORMER_MEMORY_LIMIT: kubernetes.memory.optional(),
  TRANSFORMER_PRIORITY_CLASS: kubernetes.objectName.optional(),
  TRANSFORMER_NODE_SELECTOR: kubernetes.nodeSelector.optional(),
  TRANSFORMER_TOLERATIONS: kubernetes.tolerations.optional(),
  TRANSFORMER_AFFINITY: kubernetes.affinity.optional(),
  TRANSFORMER_POD_ANNOTATIONS: kubernetes.annotations.optional(),
  TRANSFORMER_X509_SECRET: kubernetes.objectName.optional(),
  TRANSFORMER_LOCAL_PATH: kubernetes.absolutePath.optional(),
  TRANSFORMER_CVMFS_VOLUME: kubernetes.volume.optional(),
  TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: kubernetes.objectName.optional(),
  TRANSFORMER_PERSISTENCE_SUBDIR: kubernetes.subfolder.optional(),
  TRANSFORMER_CACHE_PREFIX: value
    .listOf(/^[\w.:[\]-]+$/, "hosts of caches with their ports, without root://")
    .optional(),
};

const schema = z.object(kubernetesSettings);
type Settings = z.output<typeof schema>;

/** What a container asks for, and what it may use; unset parts are left to Kubernetes. */
export interface Resources {
  cpuRequest: string | undefined;
  cpuLimit: string | undefined;
  memoryRequest: string | undefined;
  memoryLimit: string | undefined;
}

export interface Placement {
  priorityClass: Settings["WORKER_PRIORITY_CLASS"];
  nodeSelector: Settings["WORKER_NODE_SELECTOR"];
  tolerations: Settings["WORKER_TOLERATIONS"];
  affinity: Settings["TRANSFORMER_AFFINITY"];
  annotations: Settings["TRANSFORMER_POD_ANNOTATIONS"];
}

export interface KubernetesConfig {
  /** which login is used; unset: KUBECONFIG where it is set, otherwise the pod's own */
  mode: "in-cluster" | "kubeconfig" | undefined;
  /** of the pods; unset: that of the login */
  namespace: string | undefined;
  /** tells two services in one namespace apart */
  instance: string;
  /** most pods at once */
  capacity: number;
  /** calls of Kubernetes' API */
  callsPerSecond: number;
  /** how long no pod of a request may come to run before the request fails */
  podStartSeconds: number;
  /** names of the secrets with logins of registries */
  pullSecrets: string[];
  worker: {
    image: string;
    pullPolicy: kubernetes.PullPolicy;
    resources: Resources;
    placement: Placement;
    reports: "queue" | "http";
    /** the broker as our workers reach it; unset unless they report by it */
    brokerUrl: string | undefined;
  };
  transformer: {
    sidecarImage: string | undefined;
    sidecarPullPolicy: kubernetes.PullPolicy;
    sciencePullPolicy: kubernetes.PullPolicy;
    security: "baseline" | "restricted";
    volumePath: string;
    resources: Resources;
    placement: Placement;
    x509Secret: string | undefined;
    localPath: string | undefined;
    cvmfsVolume: Settings["TRANSFORMER_CVMFS_VOLUME"];
    claim: string | undefined;
    subfolder: string | undefined;
    /** separated by commas */
    cachePrefix: string | undefined;
  };
  logstash: { host: string | undefined; port: number | undefined };
}

/** What else of the settings counts here. */
interface Others {
  RUNNER: string;
  TRANSFORMER_GENERATION: "2024" | "2022";
  TRANSFORMER_S3_URL?: string | undefined;
  QUEUE_URL?: string | undefined;
  INTERNAL_URL?: string | undefined;
  PUBLIC_URL?: string | undefined;
  FILE_MEMORY_MEGABYTES: number;
  FILE_THREADS: number;
}

/** A worker's own memory, beside that of the file which it works on. */
const workerMegabytes = 512;

/** Undefined with another runner. Throws `ConfigError` for what cannot work. */
export function kubernetesConfig(
  set: Settings & Others,
  facility: Record<string, Record<string, unknown>>,
): KubernetesConfig | undefined {
  if (set.RUNNER !== "kubernetes") return undefined;
  if (!set.TRANSFORMER_MANAGER_ENABLED)
    throw new ConfigError(
      "TRANSFORMER_MANAGER_ENABLED is false and RUNNER is kubernetes: set RUNNER=external where " +
        "this service is not to start pods.",
    );
  if (set.INTERNAL_URL === undefined && set.PUBLIC_URL === undefined)
    throw new ConfigError(
      "RUNNER is kubernetes and INTERNAL_URL is not set: set it to the address where pods reach " +
        "the service, such as http://longshore:5000.",
    );
  refuseWithoutImages(set, facility);
  refuseHostPaths(set);
  refuseLargeRequests(set);
  return {
    mode: set.TRANSFORMER_MANAGER_MODE && modes[set.TRANSFORMER_MANAGER_MODE],
    namespace: set.TRANSFORMER_NAMESPACE,
    instance: set.INSTANCE_NAME,
    capacity: set.KUBERNETES_WORKERS,
    callsPerSecond: set.KUBERNETES_CALLS_PER_SECOND,
    podStartSeconds: set.POD_START_SECONDS,
    pullSecrets: set.IMAGE_PULL_SECRETS,
    worker: workerOf(set),
    transformer: transformerOf(set),
    logstash: { host: set.LOGSTASH_HOST, port: set.LOGSTASH_PORT },
  };
}

function workerOf(set: Settings & Others): KubernetesConfig["worker"] {
  const image = set.WORKER_IMAGE;
  if (image === undefined)
    throw new ConfigError(
      "RUNNER is kubernetes and WORKER_IMAGE is not set: set it to the image of this service " +
        "that workers run, such as registry.example.org/longshore-worker:1.0.",
    );
  const reports = set.WORKER_REPORTS ?? (set.QUEUE_URL === undefined ? "http" : "queue");
  if (reports === "queue" && set.QUEUE_URL === undefined)
    throw new ConfigError(
      "WORKER_REPORTS is queue and QUEUE_URL is not set: reports by queue need a broker " +
        "(QUEUE_URL=amqp://…), otherwise set WORKER_REPORTS=http.",
    );
  return {
    image,
    pullPolicy: set.WORKER_PULL_POLICY,
    resources: {
      cpuRequest: set.WORKER_CPU_REQUEST ?? set.WORKER_CPU_LIMIT ?? String(set.FILE_THREADS),
      cpuLimit: set.WORKER_CPU_LIMIT,
      memoryRequest: set.WORKER_MEMORY_REQUEST,
      memoryLimit: set.WORKER_MEMORY_LIMIT ?? `${set.FILE_MEMORY_MEGABYTES + workerMegabytes}Mi`,
    },
    placement: {
      priorityClass: set.WORKER_PRIORITY_CLASS,
      nodeSelector: set.WORKER_NODE_SELECTOR,
      tolerations: set.WORKER_TOLERATIONS,
      affinity: undefined,
      annotations: undefined,
    },
    reports,
    brokerUrl: reports === "queue" ? (set.WORKER_QUEUE_URL ?? set.QUEUE_URL) : undefined,
  };
}

function transformerOf(set: Settings & Others): KubernetesConfig["transformer"] {
  const sciencePullPolicy = set.TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY;
  return {
    sidecarImage: set.TRANSFORMER_SIDECAR_IMAGE,
    sidecarPullPolicy: set.TRANSFORMER_SIDECAR_PULL_POLICY,
    sciencePullPolicy:
      set.TRANSFORMER_GENERATION === "2022"
        ? (set.TRANSFORMER_PULL_POLICY ?? sciencePullPolicy)
        : sciencePullPolicy,
    security: set.TRANSFORMER_POD_SECURITY,
    volumePath: set.TRANSFORMER_SIDECAR_VOLUME_PATH,
    resources: {
      cpuRequest: set.TRANSFORMER_CPU_REQUEST,
      cpuLimit: set.TRANSFORMER_CPU_LIMIT,
      memoryRequest: set.TRANSFORMER_MEMORY_REQUEST,
      memoryLimit: set.TRANSFORMER_MEMORY_LIMIT,
    },
    placement: {
      priorityClass: set.TRANSFORMER_PRIORITY_CLASS,
      nodeSelector: set.TRANSFORMER_NODE_SELECTOR,
      tolerations: set.TRANSFORMER_TOLERATIONS,
      affinity: set.TRANSFORMER_AFFINITY,
      annotations: set.TRANSFORMER_POD_ANNOTATIONS,
    },
    x509Secret: set.TRANSFORMER_X509_SECRET,
    localPath: set.TRANSFORMER_LOCAL_PATH,
    cvmfsVolume: set.TRANSFORMER_CVMFS_VOLUME,
    claim: set.TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM,
    subfolder: set.TRANSFORMER_PERSISTENCE_SUBDIR,
    cachePrefix: set.TRANSFORMER_CACHE_PREFIX?.join(","),
  };
}

/** Transformers of 2024 come with a sidecar, those of 2022 without one. */
function refuseWithoutImages(
  set: Settings & Others,
  facility: Record<string, Record<string, unknown>>,
): void {
  const sidecar = set.TRANSFORMER_SIDECAR_IMAGE;
  if (set.TRANSFORMER_GENERATION === "2022") {
    if (sidecar === undefined) return;
    throw new ConfigError(
      `TRANSFORMER_GENERATION is 2022 and TRANSFORMER_SIDECAR_IMAGE is ${shown(sidecar)}: ` +
        "transformers of 2022 have no sidecar, so unset one of them.",
    );
  }
  if (sidecar !== undefined) return;
  const generators = Object.values(facility).flatMap(({ CODE_GEN_SERVICE_URLS: named }) =>
    Object.keys(named ?? {}),
  );
  if (generators.length > 0)
    throw new ConfigError(
      "CODE_GEN_SERVICE_URLS names code generators and TRANSFORMER_SIDECAR_IMAGE is not set: set " +
        "it to the image of ServiceX's sidecar, or TRANSFORMER_GENERATION=2022 for transformers " +
        "without one.",
    );
}

/** Pod Security refuses folders of nodes at each level but the weakest. */
function refuseHostPaths(set: Settings): void {
  if (set.TRANSFORMER_POD_SECURITY !== "restricted") return;
  const { TRANSFORMER_LOCAL_PATH: local, TRANSFORMER_CVMFS_VOLUME: cvmfs } = set;
  const name =
    local !== undefined
      ? "TRANSFORMER_LOCAL_PATH"
      : cvmfs && ("hostPath" in cvmfs || "nfs" in cvmfs)
        ? "TRANSFORMER_CVMFS_VOLUME"
        : undefined;
  if (name === undefined) return;
  throw new ConfigError(
    `TRANSFORMER_POD_SECURITY is restricted and ${name} names a volume that Kubernetes refuses at ` +
      "this level: unset one of them.",
  );
}

function refuseLargeRequests(set: Settings): void {
  const pairs = ["WORKER_CPU", "WORKER_MEMORY", "TRANSFORMER_CPU", "TRANSFORMER_MEMORY"] as const;
  for (const pair of pairs) {
    const request = set[`${pair}_REQUEST`];
    const limit = set[`${pair}_LIMIT`];
    if (request === undefined || limit === undefined) continue;
    if ((kubernetes.amountOf(request) ?? 0) <= (kubernetes.amountOf(limit) ?? 0)) continue;
    throw new ConfigError(
      `${pair}_REQUEST is ${request} and ${pair}_LIMIT is ${limit}: what a container asks for is ` +
        "at most its limit.",
    );
  }
}
