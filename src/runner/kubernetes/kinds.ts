// The kinds of objects that the adapter makes, watches and removes, as the API of Kubernetes has
// them: its path, and whether more of an object is read than its metadata.

export interface Kind {
  name: KindName;
  /** path of the group and version */
  base: string;
  plural: string;
  /** only its metadata is read, which is small where the object may have a megabyte, or a secret */
  metadataOnly: boolean;
  /** a cluster, or the role of this service, may be without it */
  isOptional: boolean;
}

export type KindName = "Deployment" | "Pod" | "ConfigMap" | "Secret" | "HorizontalPodAutoscaler";

const core = "/api/v1";

export const kinds: Record<KindName, Kind> = {
  Deployment: kind("Deployment", "/apis/apps/v1", "deployments", { metadataOnly: false }),
  Pod: kind("Pod", core, "pods", { metadataOnly: false }),
  ConfigMap: kind("ConfigMap", core, "configmaps"),
  Secret: kind("Secret", core, "secrets"),
  // We make none: one that somebody made for our objects would set their replicas against us.
  HorizontalPodAutoscaler: kind(
    "HorizontalPodAutoscaler",
    "/apis/autoscaling/v2",
    "horizontalpodautoscalers",
    { isOptional: true },
  ),
};

export const allKinds: readonly Kind[] = Object.values(kinds);

function kind(
  name: KindName,
  base: string,
  plural: string,
  { metadataOnly = true, isOptional = false }: Partial<Kind> = {},
): Kind {
  return { name, base, plural, metadataOnly, isOptional };
}

/** The path of all objects of a kind in a namespace, or of one. */
export function pathOf({ base, plural }: Kind, namespace: string, name?: string): string {
  const all = `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}
