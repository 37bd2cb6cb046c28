// Settings of pods that are valid alone, and cannot work together.
import { ConfigError, shown } from "./config-error.ts";
import type { KubernetesSettings, OtherSettings, Resources } from "./kubernetes-keys.ts";
import { amountOf } from "./kubernetes-values.ts";

/** `facility`: settings of operations, by operation; code generators are among them. */
export function refusePodsThatCannotBe(
  set: KubernetesSettings & OtherSettings,
  facility: Record<string, Record<string, unknown>>,
): void {
  if (!set.TRANSFORMER_MANAGER_ENABLED)
    throw new ConfigError(
      "TRANSFORMER_MANAGER_ENABLED is false and RUNNER is kubernetes: set RUNNER=external where " +
        "this service is not to start pods.",
    );
  if (set.INTERNAL_URL === undefined)
    throw new ConfigError(
      "RUNNER is kubernetes and INTERNAL_URL is not set: set it to the address where pods reach " +
        "the service, such as http://longshore:5000.",
    );
  refuseHalfTransformers(set, facility);
  refuseHostPaths(set);
}

/** Transformers of 2024 come with a sidecar, those of 2022 without one. */
function refuseHalfTransformers(
  set: KubernetesSettings & OtherSettings,
  facility: Record<string, Record<string, unknown>>,
): void {
  const sidecar = set.TRANSFORMER_SIDECAR_IMAGE;
  const isOf2022 = set.TRANSFORMER_GENERATION === "2022";
  if (isOf2022 && sidecar !== undefined)
    throw new ConfigError(
      `TRANSFORMER_GENERATION is 2022 and TRANSFORMER_SIDECAR_IMAGE is ${shown(sidecar)}: ` +
        "transformers of 2022 have no sidecar, so unset one of them.",
    );
  const generators = Object.values(facility).flatMap(({ CODE_GEN_SERVICE_URLS: named }) =>
    Object.keys(named ?? {}),
  );
  if (generators.length === 0) return;
  if (!isOf2022 && sidecar === undefined)
    throw new ConfigError(
      "CODE_GEN_SERVICE_URLS names code generators and TRANSFORMER_SIDECAR_IMAGE is not set: set " +
        "it to the image of ServiceX's sidecar, or TRANSFORMER_GENERATION=2022 for transformers " +
        "without one.",
    );
  if (set.TRANSFORMER_S3_URL === undefined)
    throw new ConfigError(
      "CODE_GEN_SERVICE_URLS names code generators and TRANSFORMER_S3_URL is not set: set it to " +
        "this service's S3 endpoint as pods reach it, such as http://longshore:9000.",
    );
}

/** The level `restricted` has neither folders of nodes nor NFS. */
function refuseHostPaths(set: KubernetesSettings): void {
  if (set.TRANSFORMER_POD_SECURITY !== "restricted") return;
  const { TRANSFORMER_LOCAL_PATH: local, TRANSFORMER_CVMFS_VOLUME: cvmfs } = set;
  const name =
    local !== undefined
      ? "TRANSFORMER_LOCAL_PATH"
      : cvmfs && ("hostPath" in cvmfs || "nfs" in cvmfs)
        ? "TRANSFORMER_CVMFS_VOLUME"
        : undefined;
  if (name === undefined) return;
  throw new ConfigError(
    `TRANSFORMER_POD_SECURITY is restricted and ${name} names a volume that Kubernetes refuses ` +
      "at this level: unset one of them.",
  );
}

/** `prefix`: of the settings' names. */
export function refuseLargeRequests(prefix: "WORKER" | "TRANSFORMER", resources: Resources): void {
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resources;
  const pairs = [
    ["CPU", cpuRequest, cpuLimit],
    ["MEMORY", memoryRequest, memoryLimit],
  ] as const;
  for (const [kind, request, limit] of pairs) {
    if (request === undefined || limit === undefined) continue;
    if ((amountOf(request) ?? 0) <= (amountOf(limit) ?? 0)) continue;
    throw new ConfigError(
      `${prefix}_${kind}_REQUEST is ${request} and ${prefix}_${kind}_LIMIT is ${limit}: what a ` +
        "container asks for is at most its limit.",
    );
  }
}
