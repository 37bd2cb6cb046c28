import type { V1PodSpec } from "@kubernetes/client-node";
import { containers, type ObjectNames, secretKeys } from "./names.ts";
import {
  plainVariables,
  podBase,
  podNameVariable,
  resourcesOf,
  restricted,
  secretVariable,
  terminationMessagePolicy,
} from "./pod-parts.ts";
import type { ManifestSettings } from "./settings.ts";

/** A worker ends within 28 seconds of a signal (doc/image.md). */
const graceSeconds = 30;

/**
 * Our own worker, for these operations. Its name is that of its pod. It writes to its temporary
 * folders alone, and needs room there for the input and the result of a file.
 */
export function workerPod(
  operations: readonly string[],
  { secret }: ObjectNames,
  { internalUrl, pods: { worker, pullSecrets }, workerEnvironment }: ManifestSettings,
): V1PodSpec {
  const { reports } = worker;
  return {
    ...podBase(worker.placement, pullSecrets),
    terminationGracePeriodSeconds: graceSeconds,
    containers: [
      {
        name: containers.worker,
        image: worker.image,
        imagePullPolicy: worker.pullPolicy,
        terminationMessagePolicy,
        args: [
          "longshore",
          "worker",
          ...["--operations", operations.join(",")],
          ...["--name", "$(POD_NAME)"],
          ...["--reports", reports],
        ],
        env: [
          podNameVariable("POD_NAME"),
          ...plainVariables({ ...workerEnvironment, LONGSHORE_URL: internalUrl }),
          secretVariable("LONGSHORE_TOKEN", secret, secretKeys.workToken),
          ...(reports === "queue"
            ? [secretVariable("QUEUE_URL", secret, secretKeys.brokerUrl)]
            : []),
        ],
        resources: resourcesOf(worker.resources),
        securityContext: { ...restricted, readOnlyRootFilesystem: true },
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          { name: "data", mountPath: "/data" },
        ],
      },
    ],
    volumes: [
      { name: "tmp", emptyDir: {} },
      { name: "data", emptyDir: {} },
    ],
  };
}
