import { createHash } from "node:crypto";
import type {
  V1ConfigMap,
  V1Deployment,
  V1ObjectMeta,
  V1PodSpec,
  V1Secret,
} from "@kubernetes/client-node";
import { canonicalJson } from "../../canonical-json.ts";
import type { WorkerGroup } from "../contract.ts";
import { annotationKeys, labelKeys, labelsOf, namesOf, secretKeys } from "./names.ts";
import type { ManifestSettings } from "./settings.ts";
import { transformerPod } from "./transformer-pod.ts";
import { workerPod } from "./worker-pod.ts";

interface Named {
  apiVersion: string;
  metadata: V1ObjectMeta & { name: string; namespace: string };
}

export type Manifest =
  | (V1Secret & Named & { kind: "Secret" })
  | (V1ConfigMap & Named & { kind: "ConfigMap" })
  | (V1Deployment & Named & { kind: "Deployment" });

/**
 * The objects of a group, as plain JSON, in the order in which they are applied: what its pods read
 * comes before them. Each has its labels (`labelsOf`), and a hash of its content without the number
 * of replicas. Not to be called for a group for which `whyNot` has a reason.
 */
export function manifestsOf(group: WorkerGroup, settings: ManifestSettings): Manifest[] {
  const { namespace } = settings;
  const names = namesOf(group, settings.pods.instance);
  const metadata = (name: string) => ({
    name,
    namespace,
    labels: labelsOf(group, settings.pods.instance),
  });
  const secret: Manifest = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata(names.secret),
    type: "Opaque",
    data: secretData(group, settings),
  };
  const deployment = deploymentOf(group, settings, metadata(names.deployment));
  if (names.configMap === undefined || !group.workload) return [secret, deployment].map(withHash);
  const code: Manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(names.configMap),
    binaryData: group.workload.files,
  };
  return [secret, code, deployment].map(withHash);
}

/** Why the group cannot be made pods of with these settings, as a sentence. */
export function whyNot(
  { workload, credentials }: WorkerGroup,
  { generation, pods }: ManifestSettings,
): string | undefined {
  if (!workload) return undefined;
  if (generation === "2024" && pods.transformer.sidecarImage === undefined)
    return "This step needs ServiceX's sidecar, and TRANSFORMER_SIDECAR_IMAGE is not set.";
  if (credentials.brokerUrl === undefined)
    return "This step needs a broker for its containers, and QUEUE_URL is not set.";
  if (workload.destination === "object-store" && credentials.store === undefined)
    return "This step's containers need this service's S3 endpoint: set TRANSFORMER_S3_URL.";
  return undefined;
}

function deploymentOf(
  group: WorkerGroup,
  settings: ManifestSettings,
  metadata: Named["metadata"],
): Manifest {
  const { annotations } = (group.workload ? settings.pods.transformer : settings.pods.worker)
    .placement;
  const labels = { ...metadata.labels, [labelKeys.app]: metadata.name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: group.size,
      revisionHistoryLimit: 0,
      selector: { matchLabels: { [labelKeys.app]: metadata.name } },
      // Never more pods than the group's size.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "50%" } },
      template: {
        metadata: { labels, annotations: { ...annotations, ...storeKeyNote(group) } },
        spec: podSpec(group, settings),
      },
    },
  };
}

function podSpec(group: WorkerGroup, settings: ManifestSettings): V1PodSpec {
  const { instance } = settings.pods;
  const names = namesOf(group, instance);
  return group.workload
    ? transformerPod(group.workload, group.credentials, names, settings)
    : workerPod(group.operations, names, settings);
}

/**
 * A running container keeps the keys with which it started: another key of the store, after the
 * earlier ones were revoked, needs new pods. The key is random, so its hash says nothing of it.
 */
function storeKeyNote({ credentials: { store } }: WorkerGroup): Record<string, string> {
  return store ? { [annotationKeys.storeKey]: hashOf(`${store.key}:${store.secret}`) } : {};
}

function secretData(
  { workload, credentials: { workToken, store, brokerUrl } }: WorkerGroup,
  { pods }: ManifestSettings,
): Record<string, string> {
  const broker = workload ? brokerUrl : pods.worker.brokerUrl;
  const texts: [string, string | undefined][] = [
    [secretKeys.workToken, workToken],
    [secretKeys.brokerUrl, broker],
    [secretKeys.storeKey, store?.key],
    [secretKeys.storeSecret, store?.secret],
  ];
  return Object.fromEntries(
    texts.flatMap(([name, text]) =>
      text === undefined ? [] : [[name, Buffer.from(text).toString("base64")]],
    ),
  );
}

function withHash(manifest: Manifest): Manifest {
  const { metadata } = manifest;
  const counted =
    manifest.kind === "Deployment"
      ? { ...manifest, spec: { ...manifest.spec, replicas: undefined } }
      : manifest;
  const annotations = { [annotationKeys.content]: hashOf(canonicalJson(plain(counted))) };
  return { ...manifest, metadata: { ...metadata, annotations } };
}

/** As it is sent: without members that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
