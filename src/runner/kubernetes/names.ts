// What the objects of this runner are called, and the labels and annotations by which it knows them
// again. The names of transformers are ServiceX's (contract servicex.md, 5.1).
import { createHash } from "node:crypto";
import type { WorkerGroup } from "../contract.ts";

export const labelKeys = {
  managedBy: "app.kubernetes.io/managed-by",
  /** two services in one namespace leave each other's objects alone */
  instance: "app.kubernetes.io/instance",
  component: "app.kubernetes.io/component",
  /** the group's key: a service that has just started knows its groups by it */
  group: "longshore/group",
  request: "longshore/request",
  step: "longshore/step",
  /** of pods; the Deployment's selector */
  app: "app",
} as const;

export const annotationKeys = {
  /** hash of everything but the number of replicas: what differs is applied again */
  content: "longshore/content",
  /** of pods: hash of the store's key that they started with */
  storeKey: "longshore/store-key",
} as const;

/** What a group's secret has. */
export const secretKeys = {
  workToken: "work-token",
  brokerUrl: "broker-url",
  storeKey: "store-key",
  storeSecret: "store-secret",
} as const;

export const managedBy = "longshore";

/** What containers are called in their pods. One of 2022 does both jobs, as `science`. */
export const containers = {
  sidecar: "sidecar",
  science: "transformer",
  worker: "worker",
} as const;

/** What the pods of a group are: others' containers, or workers of our own. */
export const components = { transformer: "transformer", worker: "worker" } as const;

/** The label selector of all objects that this service made. */
export function selectorOf(instance: string): string {
  return `${labelKeys.managedBy}=${managedBy},${labelKeys.instance}=${instance}`;
}

export interface ObjectNames {
  deployment: string;
  secret: string;
  /** of generated code; groups without a workload have none */
  configMap?: string;
}

/** A label has to hold a name. */
const mostCharacters = 63;

export function namesOf(
  { key, workload }: Pick<WorkerGroup, "key" | "workload">,
  instance: string,
): ObjectNames {
  if (workload) {
    const name = `transformer-${workload.run}`;
    return { deployment: name, secret: name, configMap: `${workload.run}-generated-source` };
  }
  const whole = `${instance}-${key}`;
  const name = whole.length > mostCharacters ? shortened(whole) : whole;
  return { deployment: name, secret: name };
}

function shortened(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, mostCharacters - 9)}-${hash}`;
}

/** Of every object of the group, and of its pods. */
export function labelsOf(
  { key, request, step, workload }: WorkerGroup,
  instance: string,
): Record<string, string> {
  return {
    [labelKeys.managedBy]: managedBy,
    [labelKeys.instance]: instance,
    [labelKeys.component]: workload ? components.transformer : components.worker,
    [labelKeys.group]: key,
    ...(request !== undefined && { [labelKeys.request]: request }),
    ...(step !== undefined && { [labelKeys.step]: String(step) }),
  };
}
