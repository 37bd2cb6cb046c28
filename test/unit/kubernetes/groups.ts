// Groups of workers, and settings, from which manifests are made.
import { readConfig } from "../../../src/config.ts";
import type { WorkerGroup } from "../../../src/runner/contract.ts";
import { type Manifest, manifestsOf } from "../../../src/runner/kubernetes/manifests.ts";
import { manifestSettings } from "../../../src/runner/kubernetes/settings.ts";

export const run = "5a1c7f0e-1111-4222-8333-944455556666";

/** What nobody may read in a pod, a ConfigMap or an argument. */
export const secrets = {
  workToken: "a-work-token-of-the-service",
  brokerUser: "amqp://run-5a1c:pa$$%2Fword@rabbitmq:5672/%2F",
  serviceBroker: "amqp://reports:only-for-reports@rabbitmq:5672/%2F",
  storeKey: "LSKEYOFTHEREQUEST",
  storeSecret: "secret-of-the-request",
};

export const ours: WorkerGroup = {
  key: "operation-transform",
  operations: ["transform"],
  credentials: { workToken: secrets.workToken },
  size: 3,
};

export const theirs: WorkerGroup = {
  key: `run-${run}`,
  request: run,
  step: 1,
  operations: ["transform"],
  workload: {
    run,
    image: "sslhep/servicex_func_adl_uproot_transformer:uproot5",
    language: "python",
    command: "/generated/transform_single_file.py",
    format: "parquet",
    destination: "object-store",
    files: { "transformer_capabilities.json": "e30=", "generated_transformer.py": "cGFzcw==" },
  },
  credentials: {
    brokerUrl: secrets.brokerUser,
    store: {
      url: "https://longshore-s3.example.org:9000",
      key: secrets.storeKey,
      secret: secrets.storeSecret,
    },
  },
  size: 7,
};

export const theirsTo = (destination: "object-store" | "volume"): WorkerGroup => ({
  ...theirs,
  ...(theirs.workload && { workload: { ...theirs.workload, destination } }),
});

export const least = {
  RUNNER: "kubernetes",
  INTERNAL_URL: "http://longshore:5000",
  WORKER_IMAGE: "registry.example.org/longshore-worker:1.0",
  TRANSFORMER_SIDECAR_IMAGE: "sslhep/servicex_sidecar_transformer:v1.5",
};

export const settingsOf = (env: Record<string, string> = {}) =>
  manifestSettings(readConfig({ ...least, ...env }), {
    namespace: "servicex",
    internalUrl: "http://longshore:5000",
  });

export const made = (group: WorkerGroup, env: Record<string, string> = {}): Manifest[] =>
  manifestsOf(group, settingsOf(env));

/** The pods of a group: what their Deployment has as template. */
export function podOf(group: WorkerGroup, env: Record<string, string> = {}) {
  const deployment = made(group, env).find((manifest) => manifest.kind === "Deployment");
  const template = deployment?.spec?.template;
  if (!template?.spec) throw new Error("There is no pod.");
  const { metadata, spec } = template;
  const container = (name: string) => {
    const found = spec.containers.find((one) => one.name === name);
    if (!found) throw new Error(`There is no container ${name}.`);
    return found;
  };
  return { metadata, spec, container };
}
