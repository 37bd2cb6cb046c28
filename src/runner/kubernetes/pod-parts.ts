// What the pods of both kinds have in common.
import type {
  V1EnvVar,
  V1PodSpec,
  V1ResourceRequirements,
  V1SecurityContext,
} from "@kubernetes/client-node";
import type { Placement } from "../../settings/kubernetes.ts";
import type { Resources } from "../../settings/kubernetes-keys.ts";

/**
 * Pods call this service and nothing of the cluster: they get no token of it, and no variables that
 * name its services.
 */
export function podBase(placement: Placement, pullSecrets: readonly string[]) {
  const { priorityClass, nodeSelector, tolerations, affinity } = placement;
  return {
    restartPolicy: "Always",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecrets.length > 0 && {
      imagePullSecrets: pullSecrets.map((name) => ({ name })),
    }),
    ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
  } satisfies Partial<V1PodSpec>;
}

/** Kubernetes keeps the end of the log of a container that failed: it says why a pod dies. */
export const terminationMessagePolicy = "FallbackToLogsOnError";

/** Undefined parts are left to Kubernetes, where a request without a value is the limit. */
export function resourcesOf(resources: Resources): V1ResourceRequirements {
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resources;
  const requests = amounts(cpuRequest, memoryRequest);
  const limits = amounts(cpuLimit, memoryLimit);
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

function amounts(
  cpu: string | undefined,
  memory: string | undefined,
): Record<string, string> | undefined {
  if (cpu === undefined && memory === undefined) return undefined;
  return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}

/** Of a container that is admitted at Pod Security's level `restricted`. */
export const restricted: V1SecurityContext = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

export function plainVariables(values: Record<string, string>): V1EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export function secretVariable(name: string, secret: string, key: string): V1EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

export function podNameVariable(name: string): V1EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
}
