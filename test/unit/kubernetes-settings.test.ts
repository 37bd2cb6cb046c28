import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";
import { allOperations } from "../../src/operations/index.ts";
import { amountOf } from "../../src/settings/kubernetes-values.ts";
import { least } from "./kubernetes/groups.ts";

test("nothing of Kubernetes has to be set, or is there, with another runner", () => {
  expect(readConfig({}).kubernetes).toBeUndefined();
  expect(readConfig({ ...least, RUNNER: "external" }).kubernetes).toBeUndefined();
});

test("the least that the runner needs is an address and an image", () => {
  const { WORKER_IMAGE, INTERNAL_URL } = least;
  const { kubernetes } = readConfig({ RUNNER: "kubernetes", WORKER_IMAGE, INTERNAL_URL });
  expect(kubernetes).toMatchObject({
    mode: undefined,
    namespace: undefined,
    instance: "longshore",
    capacity: 100,
    worker: {
      image: WORKER_IMAGE,
      reports: "http",
      brokerUrl: undefined,
      resources: { cpuRequest: "1", memoryLimit: "1536Mi" },
    },
    transformer: { volumePath: "/servicex/output", security: "baseline" },
  });
});

test.each([
  ["INSTANCE_NAME", "Our ServiceX"],
  ["KUBERNETES_WORKERS", "0"],
  ["KUBERNETES_CALLS_PER_SECOND", "0"],
  ["POD_START_SECONDS", "soon"],
  ["IMAGE_PULL_SECRETS", "a login"],
  ["WORKER_IMAGE", "two words"],
  ["WORKER_PULL_POLICY", "Sometimes"],
  ["WORKER_CPU_REQUEST", "half"],
  ["WORKER_CPU_LIMIT", "0"],
  ["WORKER_MEMORY_REQUEST", "1 Gi"],
  ["WORKER_MEMORY_LIMIT", "1GB"],
  ["WORKER_PRIORITY_CLASS", "High"],
  ["WORKER_NODE_SELECTOR", "disk=fast"],
  ["WORKER_NODE_SELECTOR", '{"disk": true}'],
  ["WORKER_TOLERATIONS", '{"key": "gpu"}'],
  ["WORKER_TOLERATIONS", '[{"Key": "gpu"}]'],
  ["WORKER_TOLERATIONS", "[{}]"],
  ["WORKER_TOLERATIONS", '[{"key": "gpu", "operator": "Exists", "value": "a"}]'],
  ["WORKER_TOLERATIONS", '[{"key": "gpu", "tolerationSeconds": 60}]'],
  ["WORKER_REPORTS", "post"],
  ["WORKER_QUEUE_URL", "http://rabbitmq"],
  ["LOGSTASH_HOST", "http://logstash"],
  ["LOGSTASH_PORT", "0"],
  ["TRANSFORMER_MANAGER_ENABLED", "perhaps"],
  ["TRANSFORMER_MANAGER_MODE", "docker"],
  ["TRANSFORMER_NAMESPACE", "Our_Namespace"],
  ["TRANSFORMER_NAMESPACE", "a".repeat(64)],
  ["TRANSFORMER_POD_SECURITY", "privileged"],
  ["TRANSFORMER_SIDECAR_IMAGE", "$(image)"],
  ["TRANSFORMER_SIDECAR_PULL_POLICY", "always"],
  ["TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY", "yes"],
  ["TRANSFORMER_PULL_POLICY", "no"],
  ["TRANSFORMER_SIDECAR_VOLUME_PATH", "output"],
  ["TRANSFORMER_SIDECAR_VOLUME_PATH", "/servicex/../etc"],
  ["TRANSFORMER_CPU_REQUEST", "-1"],
  ["TRANSFORMER_CPU_LIMIT", "one"],
  ["TRANSFORMER_MEMORY_REQUEST", "lots"],
  ["TRANSFORMER_MEMORY_LIMIT", "2gi"],
  ["TRANSFORMER_PRIORITY_CLASS", "a b"],
  ["TRANSFORMER_NODE_SELECTOR", "[]"],
  ["TRANSFORMER_TOLERATIONS", "all"],
  ["TRANSFORMER_AFFINITY", '{"nodes": {}}'],
  ["TRANSFORMER_POD_ANNOTATIONS", '{"a b": "c"}'],
  ["TRANSFORMER_X509_SECRET", "X509"],
  ["TRANSFORMER_LOCAL_PATH", "data"],
  ["TRANSFORMER_LOCAL_PATH", "/data/../etc"],
  ["TRANSFORMER_CVMFS_VOLUME", "/cvmfs"],
  ["TRANSFORMER_CVMFS_VOLUME", '{"hostPath": {"path": "/cvmfs"}, "emptyDir": {}}'],
  ["TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM", "my claim"],
  ["TRANSFORMER_PERSISTENCE_SUBDIR", "/results"],
  ["TRANSFORMER_PERSISTENCE_SUBDIR", "a/../../b"],
  ["TRANSFORMER_CACHE_PREFIX", "root://xcache"],
])("%s=%s is refused with the name and what is allowed, whatever the runner", (name, value) => {
  for (const env of [{}, least]) {
    const read = () => readConfig({ ...env, [name]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(new RegExp(`^${name} is .*allowed is `));
  }
});

const generators = { CODE_GEN_SERVICE_URLS: '{"uproot": "http://uproot:8000"}' };

test.each([
  [
    "no address for pods",
    { INTERNAL_URL: "", PUBLIC_URL: "https://longshore.example.org" },
    /INTERNAL_URL is not set/,
  ],
  ["no image of ours", { WORKER_IMAGE: "" }, /WORKER_IMAGE is not set/],
  [
    "transformers that ServiceX would not start",
    { TRANSFORMER_MANAGER_ENABLED: "False" },
    /RUNNER=external/,
  ],
  ["reports by a queue that is none", { WORKER_REPORTS: "queue" }, /QUEUE_URL/],
  [
    "generators, and no sidecar for their images",
    { ...generators, TRANSFORMER_SIDECAR_IMAGE: "" },
    /TRANSFORMER_SIDECAR_IMAGE is not set/,
  ],
  [
    "generators, and no address of the store for their pods",
    generators,
    /TRANSFORMER_S3_URL is not set/,
  ],
  [
    "transformers of 2022, with a sidecar",
    { TRANSFORMER_GENERATION: "2022" },
    /TRANSFORMER_GENERATION is 2022 and TRANSFORMER_SIDECAR_IMAGE is/,
  ],
  [
    "restricted pods with a folder of the node",
    { TRANSFORMER_POD_SECURITY: "restricted", TRANSFORMER_LOCAL_PATH: "/data" },
    /TRANSFORMER_LOCAL_PATH/,
  ],
  [
    "restricted pods with CVMFS of the node",
    {
      TRANSFORMER_POD_SECURITY: "restricted",
      TRANSFORMER_CVMFS_VOLUME: '{"hostPath": {"path": "/cvmfs"}}',
    },
    /TRANSFORMER_CVMFS_VOLUME/,
  ],
  [
    "more memory asked for than allowed",
    { TRANSFORMER_MEMORY_REQUEST: "2Gi", TRANSFORMER_MEMORY_LIMIT: "1500Mi" },
    /TRANSFORMER_MEMORY_REQUEST is 2Gi and TRANSFORMER_MEMORY_LIMIT is 1500Mi/,
  ],
  [
    "more memory asked for than a worker gets where nothing else is said",
    { WORKER_MEMORY_REQUEST: "2Gi" },
    /WORKER_MEMORY_REQUEST is 2Gi and WORKER_MEMORY_LIMIT is 1536Mi/,
  ],
  [
    "more processors asked for than allowed",
    { WORKER_CPU_REQUEST: "2", WORKER_CPU_LIMIT: "1500m" },
    /WORKER_CPU_REQUEST is 2 and WORKER_CPU_LIMIT is 1500m/,
  ],
])("%s ends the start", (_, env, sentence) => {
  const read = (given: Record<string, string>) => readConfig(given, allOperations);
  expect(() => read({ ...least, ...env })).toThrow(ConfigError);
  expect(() => read({ ...least, ...env })).toThrow(sentence);
  expect(() => read({ ...least, ...env, RUNNER: "external" })).not.toThrow();
});

test("our workers report by the broker where there is one, and with a login of their own", () => {
  const worker = (env: Record<string, string>) =>
    readConfig({ ...least, ...env }).kubernetes?.worker;
  const QUEUE_URL = "amqp://service@rabbitmq";
  expect(worker({ QUEUE_URL })).toMatchObject({ reports: "queue", brokerUrl: QUEUE_URL });
  expect(worker({ QUEUE_URL, WORKER_QUEUE_URL: "amqp://reports@rabbitmq" })).toMatchObject({
    reports: "queue",
    brokerUrl: "amqp://reports@rabbitmq",
  });
  expect(worker({ QUEUE_URL, WORKER_REPORTS: "http" })).toMatchObject({
    reports: "http",
    brokerUrl: undefined,
  });
});

test("a transformer of 2022 has the pull policy of its generation", () => {
  const env = {
    TRANSFORMER_PULL_POLICY: "Never",
    TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY: "IfNotPresent",
  };
  const policy = (given: Record<string, string>) =>
    readConfig({ ...least, ...env, ...given }).kubernetes?.transformer.sciencePullPolicy;
  expect(policy({})).toBe("IfNotPresent");
  expect(policy({ TRANSFORMER_GENERATION: "2022", TRANSFORMER_SIDECAR_IMAGE: "" })).toBe("Never");
});

test("objects may be written as ServiceX writes them, with Python's names", () => {
  const { kubernetes } = readConfig({
    ...least,
    TRANSFORMER_TOLERATIONS: "[{'key': 'gpu', 'effect': 'NoExecute', 'toleration_seconds': 60}]",
    TRANSFORMER_AFFINITY: "{'node_affinity': {'x': [1]}}",
  });
  expect(kubernetes?.transformer.placement).toMatchObject({
    tolerations: [{ key: "gpu", effect: "NoExecute", tolerationSeconds: 60 }],
    affinity: { nodeAffinity: { x: [1] } },
  });
});

test.each([
  ["1", 1],
  ["0.5", 0.5],
  ["500m", 0.5],
  ["2Gi", 2 * 1024 ** 3],
  ["1k", 1000],
  ["Gi", undefined],
  ["1 Gi", undefined],
  ["1e3", undefined],
])("the quantity %s is %s", (text, amount) => {
  expect(amountOf(text)).toBe(amount);
});
