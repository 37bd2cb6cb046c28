import type { Config } from "../../config.ts";
import type { KubernetesConfig } from "../../settings/kubernetes.ts";

/** Everything of the settings that manifests depend on. */
export interface ManifestSettings {
  namespace: string;
  /** where our workers call the service */
  internalUrl: string;
  /** of ServiceX: 2024 has a sidecar, 2022 has one container */
  generation: "2024" | "2022";
  pods: KubernetesConfig;
  /** what workers have to have as the service has it; no secret */
  workerEnvironment: Record<string, string>;
  /** what ServiceX's containers are told of the service; no secret */
  transformerEnvironment: Record<string, string>;
}

/** Throws where RUNNER is another. `at`: what is known only when the runner opens. */
export function manifestSettings(
  config: Config,
  at: Pick<ManifestSettings, "namespace" | "internalUrl">,
): ManifestSettings {
  const { kubernetes: pods, sidecars, fileLimits, inputHosts, logLevel } = config;
  if (pods === undefined) throw new Error("These settings are of RUNNER=kubernetes.");
  const { host, port } = pods.logstash;
  return {
    ...at,
    generation: sidecars.generation,
    pods,
    workerEnvironment: {
      LOG_LEVEL: logLevel,
      FILE_MEMORY_MEGABYTES: String(fileLimits.memoryMegabytes),
      FILE_SECONDS: String(fileLimits.seconds),
      FILE_OUTPUT_MEGABYTES: String(fileLimits.outputMegabytes),
      FILE_THREADS: String(fileLimits.threads),
      ...(inputHosts.length > 0 && { INPUT_HOSTS: inputHosts.join(",") }),
    },
    transformerEnvironment: {
      LOG_LEVEL: pythonLevels[logLevel],
      ...(host !== undefined && { LOGSTASH_HOST: host }),
      ...(port !== undefined && { LOGSTASH_PORT: String(port) }),
      INSTANCE_NAME: pods.instance,
      ...(pods.transformer.cachePrefix !== undefined && {
        CACHE_PREFIX: pods.transformer.cachePrefix,
      }),
    },
  };
}

const pythonLevels: Record<Config["logLevel"], string> = {
  trace: "DEBUG",
  debug: "DEBUG",
  info: "INFO",
  warn: "WARNING",
  error: "ERROR",
};
