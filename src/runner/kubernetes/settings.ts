import type { V1Affinity, V1ResourceRequirements, V1Toleration, V1Volume } from "@kubernetes/client-node";

export type PullPolicy = "Always" | "IfNotPresent" | "Never";

/** Where pods run, and before which others. */
export interface Placement {
  priorityClass: string | undefined;
  nodeSelector: Record<string, string> | undefined;
  tolerations: V1Toleration[] | undefined;
  affinity: V1Affinity | undefined;
  /** of the pods, beside our own */
  annotations: Record<string, string> | undefined;
}

export interface WorkerPods {
  image: string;
  pullPolicy: PullPolicy;
  resources: V1ResourceRequirements;
  placement: Placement;
  /** how workers report: `queue` needs `brokerUrl` */
  reports: "queue" | "http";
  /** the broker as workers reach it, with its login */
  brokerUrl: string | undefined;
  /** settings that a worker has to have as the service has them; no secret */
  environment: Record<string, string>;
}

export interface TransformerPods {
  /** of ServiceX: 2024 has a sidecar, 2022 has one container */
  generation: "2024" | "2022";
  /** unset where `generation` is 2022 */
  sidecarImage: string | undefined;
  sidecarPullPolicy: PullPolicy;
  sciencePullPolicy: PullPolicy;
  /** where both containers have the shared volume */
  volumePath: string;
  resources: V1ResourceRequirements;
  placement: Placement;
  /** name of the secret with the grid proxy (`x509up`) */
  x509Secret: string | undefined;
  /** folder of the nodes at /data */
  localPath: string | undefined;
  /** at /cvmfs: a volume of Kubernetes without its name */
  cvmfsVolume: Omit<V1Volume, "name"> | undefined;
  /** name of the claim at /posix_volume, for the destination `volume`; unset: a folder of the pod */
  claim: string | undefined;
  /** folder in that claim */
  subfolder: string;
  cachePrefix: string | undefined;
  /** LOG_LEVEL, LOGSTASH_HOST, LOGSTASH_PORT and INSTANCE_NAME, where they are set */
  environment: Record<string, string>;
}

/** Everything of the settings that manifests depend on. */
export interface ManifestSettings {
  namespace: string;
  /** a label's value, and the beginning of names */
  instance: string;
  /** where our workers call the service */
  internalUrl: string;
  /** names of the secrets with logins of registries */
  pullSecrets: string[];
  worker: WorkerPods;
  transformer: TransformerPods;
}
