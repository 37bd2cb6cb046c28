// What the objects of this runner are called, and the labels and annotations by which it knows them
// again. The names of transformers are ServiceX's (contract servicex.md, 5.1).
import { createHash } from "node:crypto";
import type { WorkerGroup } from "../contract.ts";

export const labelKeys = {
  managedBy: "app.kubernetes.io/managed-by",
  /** two services in one namespace leave each other's objects alone */
  instance: "app.kubernetes.io/instance",
  component: "app.kubernetes.io/component",
  /** hash of the group's key */
  group: "longshore/group",
  request: "longshore/request",
  step: "longshore/step",
  /** of pods; the Deployment's selector */
  app: "app",
} as const;

export const annotationKeys = {
  /** the group's key, whole: a service that has just started knows its groups by it */
  groupKey: "longshore/group-key",
  /** hash of everything but the number of replicas: what differs is applied again */
  content: "longshore/content",
} as const;

export const managedBy = "longshore";

/** The label selector of all objects that this service made. */
export function selectorOf(instance: string): string {
  return `${labelKeys.managedBy}=${managedBy},${labelKeys.instance}=${instance}`;
}

/** The label of a group: its key may have characters that labels refuse. */
export function groupHash(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

export interface ObjectNames {
  deployment: string;
  secret: string;
  /** of generated code; groups without a workload have none */
  configMap?: string;
}

/** `operations` of a group without a workload: one each (`groups: "per-operation"`). */
export function namesOf(
  { key, operations, workload }: Pick<WorkerGroup, "key" | "operations" | "workload">,
  instance: string,
): ObjectNames {
  if (workload) {
    const name = `transformer-${workload.run}`;
    return { deployment: name, secret: name, configMap: `${workload.run}-generated-source` };
  }
  const [operation] = operations;
  const purpose =
    operations.length === 1 && operation !== undefined ? operation : groupHash(key).slice(0, 8);
  const name = `${instance}-worker-${purpose}`;
  return { deployment: name, secret: name };
}

/** Of every object of the group, and of its pods. */
export function labelsOf(group: WorkerGroup, instance: string): Record<string, string> {
  return {
    [labelKeys.managedBy]: managedBy,
    [labelKeys.instance]: instance,
    [labelKeys.component]: group.workload ? "transformer" : "worker",
    [labelKeys.group]: groupHash(group.key),
    ...(group.request !== undefined && { [labelKeys.request]: group.request }),
    ...(group.step !== undefined && { [labelKeys.step]: String(group.step) }),
  };
}
