import { createHash } from "node:crypto";
import type {
  V1ConfigMap,
  V1Deployment,
  V1ObjectMeta,
  V1PodTemplateSpec,
  V1Secret,
} from "@kubernetes/client-node";
import { canonicalJson } from "../../canonical-json.ts";
import type { WorkerGroup } from "../contract.ts";
import { annotationKeys, labelKeys, labelsOf, namesOf } from "./names.ts";
import type { ManifestSettings } from "./settings.ts";

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
 * comes before them. Each has its labels (`labelsOf`), the group's key, and a hash of its content
 * without the number of replicas.
 */
export function manifestsOf(group: WorkerGroup, settings: ManifestSettings): Manifest[] {
  throw new Error("to come");
}
