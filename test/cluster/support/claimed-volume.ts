// A claim for a volume that no container uses, as simulated pods need it.
import type { KubeObject } from "./kube.ts";

export const volume: KubeObject = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "results" },
  spec: {
    storageClassName: "",
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteMany"],
    hostPath: { path: "/nonexistent" },
  },
};

export const claim: KubeObject = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "results", namespace: "default" },
  spec: {
    storageClassName: "",
    volumeName: "results",
    accessModes: ["ReadWriteMany"],
    resources: { requests: { storage: "1Gi" } },
  },
};
