// Pods of our image, as a facility would have them: of the strictest level of Pod Security.
import { inject } from "vitest";
import type { KubeObject } from "./kube.ts";

/** The settings of all of them, in a Secret of this name. */
const settings = "longshore";
const opsPort = 5001;

export function settingsOf(values: Record<string, string>): KubeObject {
  const all = Object.entries({ ...values, OPS_PORT: String(opsPort) });
  const inBase64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: settings },
    // Applied again without a name, `stringData` would leave it there.
    data: Object.fromEntries(all.map(([name, value]) => [name, inBase64(value)])),
  };
}

interface Role {
  name: string;
  /** what boot.sh is told */
  words: string[];
  replicas?: number;
  /** the role listens, and can be probed */
  probed?: boolean;
  serviceAccount?: string;
}

export function deploymentOf({ replicas = 1, ...role }: Role): KubeObject {
  const labels = labelsOf(role);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: role.name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...podOf(role), restartPolicy: "Always" } },
    },
  };
}

/** Runs once, to its end. */
export function jobOf(role: Role): KubeObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: role.name, labels: labelsOf(role) },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: labelsOf(role) },
        spec: { ...podOf(role), restartPolicy: "Never" },
      },
    },
  };
}

export function serviceOf(name: string, ports: Record<string, number>): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: {
      selector: labelsOf({ name }),
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number })),
    },
  };
}

function labelsOf({ name }: Pick<Role, "name">): Record<string, string> {
  return { app: name };
}

function podOf({ name, words, probed = false, serviceAccount }: Role) {
  return {
    automountServiceAccountToken: serviceAccount !== undefined,
    ...(serviceAccount && { serviceAccountName: serviceAccount }),
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name,
        image: inject("cluster").image,
        imagePullPolicy: "IfNotPresent",
        args: words,
        envFrom: [{ secretRef: { name: settings } }],
        securityContext: {
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
        ...(probed && {
          livenessProbe: { httpGet: { path: "/healthz", port: opsPort }, failureThreshold: 10 },
          readinessProbe: { httpGet: { path: "/readyz", port: opsPort }, periodSeconds: 1 },
        }),
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "data", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
    ],
  };
}
