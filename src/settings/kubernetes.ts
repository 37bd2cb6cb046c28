// What the settings of the runner `kubernetes` say.
import { ConfigError } from "./config-error.ts";
import { refuseLargeRequests, refusePodsThatCannotBe } from "./kubernetes-contradictions.ts";
import type {
  OtherSettings,
  Resources,
  KubernetesSettings as Settings,
} from "./kubernetes-keys.ts";
import type { PullPolicy } from "./kubernetes-values.ts";

/** What ServiceX calls the two, and what they mean. */
const modes = { "internal-kubernetes": "in-cluster", "external-kubernetes": "kubeconfig" } as const;

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
    pullPolicy: PullPolicy;
    resources: Resources;
    placement: Placement;
    reports: "queue" | "http";
    /** the broker as our workers reach it; unset unless they report by it */
    brokerUrl: string | undefined;
  };
  transformer: {
    sidecarImage: string | undefined;
    sidecarPullPolicy: PullPolicy;
    sciencePullPolicy: PullPolicy;
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

/** A worker's own memory, beside that of the file which it works on. */
const workerMegabytes = 512;

/** Undefined with another runner. Throws `ConfigError` for what cannot work. */
export function kubernetesConfig(
  set: Settings & OtherSettings,
  facility: Record<string, Record<string, unknown>>,
): KubernetesConfig | undefined {
  if (set.RUNNER !== "kubernetes") return undefined;
  refusePodsThatCannotBe(set, facility);
  const [worker, transformer] = [workerOf(set), transformerOf(set)];
  refuseLargeRequests("WORKER", worker.resources);
  refuseLargeRequests("TRANSFORMER", transformer.resources);
  return {
    mode: set.TRANSFORMER_MANAGER_MODE && modes[set.TRANSFORMER_MANAGER_MODE],
    namespace: set.TRANSFORMER_NAMESPACE,
    instance: set.INSTANCE_NAME,
    capacity: set.KUBERNETES_WORKERS,
    callsPerSecond: set.KUBERNETES_CALLS_PER_SECOND,
    podStartSeconds: set.POD_START_SECONDS,
    pullSecrets: set.IMAGE_PULL_SECRETS,
    worker,
    transformer,
    logstash: { host: set.LOGSTASH_HOST, port: set.LOGSTASH_PORT },
  };
}

function workerOf(set: Settings & OtherSettings): KubernetesConfig["worker"] {
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

function transformerOf(set: Settings & OtherSettings): KubernetesConfig["transformer"] {
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
