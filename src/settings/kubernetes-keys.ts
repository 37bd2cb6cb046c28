// The keys of the runner `kubernetes`. Those that begin with TRANSFORMER_ are ServiceX's and mean
// what they mean there; those of our own pods begin with WORKER_.
import { z } from "zod";
import * as kubernetes from "./kubernetes-values.ts";
import * as value from "./values.ts";

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
export type KubernetesSettings = z.output<typeof schema>;

/** What else of the settings counts here. */
export interface OtherSettings {
  RUNNER: string;
  TRANSFORMER_GENERATION: "2024" | "2022";
  TRANSFORMER_S3_URL?: string | undefined;
  QUEUE_URL?: string | undefined;
  INTERNAL_URL?: string | undefined;
  FILE_MEMORY_MEGABYTES: number;
  FILE_THREADS: number;
}

/** What a container asks for, and what it may use; unset parts are left to Kubernetes. */
export interface Resources {
  cpuRequest: string | undefined;
  cpuLimit: string | undefined;
  memoryRequest: string | undefined;
  memoryLimit: string | undefined;
}
