import type { V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { WorkerGroup } from "../contract.ts";
import type { ObjectNames } from "./names.ts";
import type { ManifestSettings } from "./settings.ts";

/** Where containers see it. */
export const posixVolume = "/posix_volume";

interface Mounted {
  volume: V1Volume;
  mount: Omit<V1VolumeMount, "name">;
}

/** The volumes of a transformer's pod, and where each of its containers sees them. */
export function volumesOf(
  { destination }: NonNullable<WorkerGroup["workload"]>,
  { configMap }: ObjectNames,
  { generation, pods: { transformer } }: ManifestSettings,
): { volumes: V1Volume[]; mounts: V1VolumeMount[] } {
  const { volumePath, x509Secret, localPath, cvmfsVolume, claim } = transformer;
  const mounted: (Mounted | undefined)[] = [
    generation === "2022"
      ? undefined
      : { volume: { name: "sidecar-volume", emptyDir: {} }, mount: { mountPath: volumePath } },
    x509Secret === undefined
      ? undefined
      : {
          volume: { name: "x509-secret", secret: { secretName: x509Secret } },
          mount: { mountPath: "/etc/grid-security-ro", readOnly: true },
        },
    configMap === undefined
      ? undefined
      : {
          volume: { name: "generated-code", configMap: { name: configMap } },
          mount: { mountPath: "/generated", readOnly: true },
        },
    localPath === undefined
      ? undefined
      : {
          volume: { name: "rootfiles", hostPath: { path: localPath } },
          mount: { mountPath: "/data", readOnly: true },
        },
    cvmfsVolume === undefined
      ? undefined
      : {
          volume: { name: "cvmfs", ...cvmfsVolume },
          mount: {
            mountPath: "/cvmfs",
            readOnly: true,
            // Repositories are mounted on the node when they are first looked at.
            ...("hostPath" in cvmfsVolume && { mountPropagation: "HostToContainer" }),
          },
        },
    destination === "volume"
      ? {
          volume: {
            name: "posix-volume",
            ...(claim === undefined
              ? { emptyDir: {} }
              : { persistentVolumeClaim: { claimName: claim } }),
          },
          mount: { mountPath: posixVolume },
        }
      : undefined,
  ];
  const kept = mounted.filter((one) => one !== undefined);
  return {
    volumes: kept.map(({ volume }) => volume),
    mounts: kept.map(({ volume: { name }, mount }) => ({ name, ...mount })),
  };
}
