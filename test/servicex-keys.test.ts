// Each key of ServiceX's settings does what doc/servicex-settings.md says, and none does nothing.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { servicexKeys, withServicexKeys } from "../doc/generate/servicex-keys.ts";
import { readConfig } from "../src/config.ts";
import { allOperations } from "../src/operations/index.ts";
import { sizesOf } from "../src/requests/sidecars/sizes.ts";

const root = new URL("..", import.meta.url);

/** Of ServiceX's templates of 2022 and 2024, of its servers' own environment, and of later ones. */
const ofServicex = [
  "INSTANCE_NAME CHART APP_IMAGE_TAG SECRET_KEY JWT_SECRET_KEY JWT_ACCESS_TOKEN_EXPIRES",
  "JWT_REFRESH_TOKEN_EXPIRES ENABLE_AUTH JWT_ADMIN GLOBUS_CLIENT_ID GLOBUS_CLIENT_SECRET",
  "DOCS_BASE_URL SQLALCHEMY_DATABASE_URI SQLALCHEMY_ENGINE_OPTIONS SQLALCHEMY_TRACK_MODIFICATIONS",
  "RABBIT_MQ_URL TRANSFORMER_RABBIT_MQ_URL RABBIT_RETRIES RABBIT_RETRY_INTERVAL",
  "ADVERTISED_HOSTNAME TRANSFORMER_MANAGER_ENABLED TRANSFORMER_MANAGER_MODE TRANSFORMER_NAMESPACE",
  "TRANSFORMER_X509_SECRET TRANSFORMER_LOCAL_PATH TRANSFORMER_PRIORITY_CLASS",
  "TRANSFORMER_AUTOSCALE_ENABLED TRANSFORMER_MIN_REPLICAS TRANSFORMER_MAX_REPLICAS",
  "TRANSFORMER_CPU_SCALE_THRESHOLD TRANSFORMER_CPU_LIMIT TRANSFORMER_PULL_POLICY",
  "TRANSFORMER_DEFAULT_IMAGE CODE_GEN_SERVICE_URL CODE_GEN_IMAGE TRANSFORMER_SIDECAR_IMAGE",
  "TRANSFORMER_SIDECAR_PULL_POLICY TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY",
  "TRANSFORMER_SIDECAR_VOLUME_PATH TRANSFORMER_LANGUAGE TRANSFORMER_EXEC",
  "TRANSFORMER_CACHE_PREFIX TRANSFORMER_VALIDATE_DOCKER_IMAGE TRANSFORMER_MESSAGING",
  "TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM TRANSFORMER_PERSISTENCE_SUBDIR OBJECT_STORE_ENABLED",
  "MINIO_URL MINIO_URL_TRANSFORMER MINIO_PUBLIC_URL MINIO_ACCESS_KEY MINIO_SECRET_KEY",
  "MINIO_ENCRYPT MINIO_ENCRYPT_PUBLIC CODE_GEN_SERVICE_URLS CODE_GEN_IMAGES",
  "DID_FINDER_DEFAULT_SCHEME VALID_DID_SCHEMES DID_RUCIO_FINDER_TAG DID_CERNOPENDATA_FINDER_TAG",
  "DID_XROOTD_FINDER_TAG SLACK_SIGNING_SECRET SIGNUP_WEBHOOK_URL MAILGUN_API_KEY MAILGUN_DOMAIN",
  "MONITOR_URL LOGS_URL LOG_LEVEL LOGSTASH_HOST LOGSTASH_PORT ALLOWED_IMAGE_PREFIXES",
  "FILE_URL_EXPIRY_SECONDS MAX_DESIRED_TRANSFORM_CACHE_SIZE TRANSFORMER_MEMORY_LIMIT",
  "TRANSFORMER_MEMORY_REQUEST TRANSFORMER_CPU_REQUEST TRANSFORMER_CVMFS_VOLUME OAUTH_*",
  "TRANSFORMER_NODE_SELECTOR TRANSFORMER_TOLERATIONS TRANSFORMER_AFFINITY",
  "TRANSFORMER_POD_ANNOTATIONS",
].flatMap((line) => line.split(" "));

/** Two values of each key that is read. */
const examples: Record<string, [string, string]> = {
  INSTANCE_NAME: ["one", "other"],
  SECRET_KEY: ["the-key-of-one-service", "the-key-of-another-one"],
  JWT_SECRET_KEY: ["the-key-of-one-service", "the-key-of-another-one"],
  JWT_ACCESS_TOKEN_EXPIRES: ["60", "21600"],
  JWT_REFRESH_TOKEN_EXPIRES: ["False", "86400"],
  ENABLE_AUTH: ["True", "False"],
  JWT_ADMIN: ["ada@example.org", "eve@example.org"],
  GLOBUS_CLIENT_ID: ["one", "other"],
  GLOBUS_CLIENT_SECRET: ["the-secret-of-one", "the-secret-of-another"],
  DOCS_BASE_URL: ["https://one.example.org", "https://other.example.org"],
  SQLALCHEMY_DATABASE_URI: ["postgresql+psycopg2://one/app", "postgresql://other/app"],
  RABBIT_MQ_URL: ["amqp://one", "amqp://other"],
  TRANSFORMER_RABBIT_MQ_URL: ["amqp://one", "amqp://other?heartbeat=9000"],
  ADVERTISED_HOSTNAME: ["one:8000", "other:8000"],
  TRANSFORMER_MANAGER_MODE: ["internal-kubernetes", "external-kubernetes"],
  TRANSFORMER_NAMESPACE: ["one", "other"],
  TRANSFORMER_X509_SECRET: ["x509-proxy", "other"],
  TRANSFORMER_LOCAL_PATH: ["/one", "/other"],
  TRANSFORMER_PRIORITY_CLASS: ["low", "high"],
  TRANSFORMER_AUTOSCALE_ENABLED: ["True", "False"],
  TRANSFORMER_MIN_REPLICAS: ["1", "2"],
  TRANSFORMER_MAX_REPLICAS: ["20", "30"],
  TRANSFORMER_CPU_LIMIT: ["1", "1.5"],
  TRANSFORMER_CPU_REQUEST: ["100m", "0.5"],
  TRANSFORMER_MEMORY_LIMIT: ["1Gi", "2Gi"],
  TRANSFORMER_MEMORY_REQUEST: ["100Mi", "1Gi"],
  TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY: ["Always", "Never"],
  TRANSFORMER_SIDECAR_IMAGE: ["sslhep/sidecar:1", "sslhep/sidecar:2"],
  TRANSFORMER_SIDECAR_PULL_POLICY: ["Always", "IfNotPresent"],
  TRANSFORMER_SIDECAR_VOLUME_PATH: ["/servicex/output", "/output"],
  TRANSFORMER_CACHE_PREFIX: ["xcache.example.org:1094", "one:1094,other:1094"],
  TRANSFORMER_VALIDATE_DOCKER_IMAGE: ["True", "False"],
  TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: ["one", "other"],
  TRANSFORMER_PERSISTENCE_SUBDIR: ["one/", "other"],
  TRANSFORMER_CVMFS_VOLUME: [
    "{'hostPath': {'path': '/cvmfs'}}",
    "{'persistentVolumeClaim': {'claimName': 'cvmfs'}}",
  ],
  TRANSFORMER_NODE_SELECTOR: ["{'disk': 'fast'}", "{'disk': 'slow'}"],
  TRANSFORMER_TOLERATIONS: ["[{'key': 'gpu'}]", "[]"],
  TRANSFORMER_AFFINITY: ["{'nodeAffinity': {}}", "{'podAffinity': {}}"],
  TRANSFORMER_POD_ANNOTATIONS: ["{'a': 'b'}", "{'a': 'c'}"],
  MINIO_URL: ["one:9000", "other:9000"],
  CODE_GEN_SERVICE_URLS: ["{'uproot': 'http://one'}", "{'uproot': 'http://other'}"],
  ALLOWED_IMAGE_PREFIXES: ["['docker.io/sslhep/']", "['ghcr.io/']"],
  DID_FINDER_DEFAULT_SCHEME: ["rucio", "xrootd"],
  VALID_DID_SCHEMES: ["['rucio']", "['xrootd']"],
  SLACK_SIGNING_SECRET: ["0123456789abcdef", "fedcba9876543210"],
  SIGNUP_WEBHOOK_URL: ["1", "2"].map((n) => `https://hooks.slack.com/services/T/B/${n}`) as never,
  MAILGUN_API_KEY: ["key-one", "key-other"],
  MAILGUN_DOMAIN: ["one.example.org", "other.example.org"],
  LOG_LEVEL: ["INFO", "DEBUG"],
  LOGSTASH_HOST: ["one", "other"],
  LOGSTASH_PORT: ["5000", "5959"],
};
/** Keys that count with others alone. */
const beside: Record<string, Record<string, string>> = {
  ADVERTISED_HOSTNAME: { INTERNAL_URL: "" },
  MINIO_ACCESS_KEY: { MINIO_URL: "one:9000", MINIO_SECRET_KEY: "secret" },
  MINIO_SECRET_KEY: { MINIO_URL: "one:9000", MINIO_ACCESS_KEY: "key" },
  MINIO_ENCRYPT: { MINIO_URL: "one:9000" },
  CODE_GEN_IMAGES: { CODE_GEN_SERVICE_URLS: "{'uproot': 'http://one'}" },
  TRANSFORMER_PULL_POLICY: { TRANSFORMER_GENERATION: "2022", TRANSFORMER_SIDECAR_IMAGE: "" },
  GLOBUS_CLIENT_ID: { GLOBUS_CLIENT_SECRET: "the-secret-of-one" },
  GLOBUS_CLIENT_SECRET: { GLOBUS_CLIENT_ID: "one" },
  MAILGUN_API_KEY: { MAILGUN_DOMAIN: "one.example.org" },
  MAILGUN_DOMAIN: { MAILGUN_API_KEY: "key-one" },
  DOCS_BASE_URL: { MAILGUN_API_KEY: "key-one", MAILGUN_DOMAIN: "one.example.org" },
};
Object.assign(examples, {
  MINIO_ACCESS_KEY: ["one", "other"],
  MINIO_SECRET_KEY: ["one", "other"],
  MINIO_ENCRYPT: ["True", "False"],
  CODE_GEN_IMAGES: ["{'uproot': 'one:1'}", "{'uproot': 'other:1'}"],
  TRANSFORMER_PULL_POLICY: ["Always", "Never"],
});

const least = {
  RUNNER: "kubernetes",
  WORKER_IMAGE: "longshore:1",
  INTERNAL_URL: "http://longshore:5000",
  PUBLIC_URL: "https://longshore.example.org",
  TRANSFORMER_SIDECAR_IMAGE: "sslhep/sidecar:1",
  TRANSFORMER_S3_URL: "http://longshore:9000",
  ENABLE_AUTH: "true",
  INTERNAL_PORT: "5001",
};
const read = (env: Record<string, string>) => readConfig({ ...least, ...env }, allOperations);

test("the page has each key of ServiceX once, and is current: npm run generate", () => {
  expect(servicexKeys.map(({ name }) => name).toSorted()).toEqual(ofServicex.toSorted());
  const page = readFileSync(new URL("doc/servicex-settings.md", root), "utf8");
  expect(withServicexKeys(page)).toBe(page);
});

const [readHere, unread] = [
  servicexKeys.filter(({ test: seen }) => seen !== undefined),
  servicexKeys.filter(({ test: seen }) => seen === undefined),
];

test.each(readHere.filter(({ name }) => name !== "TRANSFORMER_MANAGER_ENABLED"))(
  "$name is read: two values of it are two services",
  ({ name }) => {
    const [one, other] = examples[name] ?? [];
    if (one === undefined || other === undefined) throw new Error(`${name} has no example.`);
    const others = beside[name] ?? {};
    expect(read({ ...others, [name]: one })).not.toEqual(read({ ...others, [name]: other }));
  },
);

test("TRANSFORMER_MANAGER_ENABLED is read: False ends the start of this runner", () => {
  expect(() => read({ TRANSFORMER_MANAGER_ENABLED: "False" })).toThrow(/RUNNER=external/);
  expect(() => read({ TRANSFORMER_MANAGER_ENABLED: "True" })).not.toThrow();
});

test.each(readHere)(
  "the effect of $name is seen by a test that names it",
  ({ name, test: seen = "" }) => {
    const place = new URL(seen, root);
    expect(existsSync(place), seen).toBe(true);
    expect(readFileSync(place, "utf8")).toMatch(new RegExp(`\\b${name}\\b`));
  },
);

test.each(unread)("$name is not read, and the page says why", ({ name, effect }) => {
  expect(effect).toMatch(/\S{2,}/);
  expect(read({ [name]: "anything at all" })).toEqual(read({}));
});

test("TRANSFORMER_AUTOSCALE_ENABLED, and the least and most replicas, are the bounds of our scaler", () => {
  const run = {
    run: "run",
    request: "request",
    step: 1,
    operation: "transform",
    owner: "ada",
    share: 1,
    priority: 0,
    number: 1,
    files: 50,
    workers: 3,
    slots: null,
    slotsPerUser: null,
  };
  const sizeWith = (env: Record<string, string>, workers: number | null = 3) => {
    const { scales, least: fewest, most } = read(env).sidecars;
    return sizesOf([{ ...run, workers }], { scales, least: fewest, most, all: 100 }).get("run");
  };
  expect(sizeWith({ TRANSFORMER_AUTOSCALE_ENABLED: "True" }, null)).toBe(20);
  expect(sizeWith({ TRANSFORMER_MAX_REPLICAS: "7" }, null)).toBe(7);
  expect(sizeWith({ TRANSFORMER_AUTOSCALE_ENABLED: "False" })).toBe(3);
  expect(sizeWith({ TRANSFORMER_AUTOSCALE_ENABLED: "False", TRANSFORMER_MAX_REPLICAS: "2" })).toBe(
    2,
  );
  const two = [run, { ...run, run: "second", number: 2, request: "second" }];
  const shared = (TRANSFORMER_MIN_REPLICAS: string) => {
    const { scales, least: fewest, most } = read({ TRANSFORMER_MIN_REPLICAS }).sidecars;
    return sizesOf(two, { scales, least: fewest, most, all: 3 }).get("second");
  };
  expect(shared("0")).toBeUndefined();
  expect(shared("1")).toBe(1);
});
