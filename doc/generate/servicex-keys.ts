// Each key that ServiceX's settings have, and what it does here: doc/servicex-settings.md.

export interface ServicexKey {
  name: string;
  /** what it does here, or why nothing */
  effect: string;
  /** the test that sees the effect; unset: nothing here reads the key */
  test?: string;
}

const config = "test/config.test.ts";
const runner = "test/unit/kubernetes-settings.test.ts";
const manifests = "test/unit/kubernetes-manifests.test.ts";
const pods = "test/unit/kubernetes-pods.test.ts";
const outside = "test/operations/outside-step.test.ts";
const workloads = "test/requests/step-workloads.test.ts";
const sizes = "test/servicex-keys.test.ts";
const secrets = "test/http/secrets.test.ts";

const read = (test: string, rows: Record<string, string>): ServicexKey[] =>
  Object.entries(rows).map(([name, effect]) => ({ name, effect, test }));
const unread = (rows: Record<string, string>): ServicexKey[] =>
  Object.entries(rows).map(([name, effect]) => ({ name, effect }));

export const servicexKeys: readonly ServicexKey[] = [
  ...read(pods, {
    INSTANCE_NAME:
      "tells two services in one namespace apart, in labels and names; containers are told it",
  }),
  ...unread({
    CHART: "the version of a chart; this service says its own",
    APP_IMAGE_TAG: "as `CHART`",
  }),
  ...read(secrets, {
    SECRET_KEY: "signs all that this service signs; what everybody knows is refused",
    JWT_SECRET_KEY: "signs API tokens; what everybody knows is refused",
    ENABLE_AUTH: "whether people sign in",
  }),
  ...read(config, {
    JWT_ACCESS_TOKEN_EXPIRES: "how long an access token is good",
    JWT_REFRESH_TOKEN_EXPIRES: "how long an API token is good",
    JWT_ADMIN: "the email address of an administrator, once the provider has verified it",
    GLOBUS_CLIENT_ID: "another name of `OIDC_CLIENT_ID`",
    GLOBUS_CLIENT_SECRET: "another name of `OIDC_CLIENT_SECRET`",
  }),
  ...unread({ "OAUTH_*": "of later servers: see `OIDC_*`, for any provider" }),
  ...read(config, {
    DOCS_BASE_URL: "the facility's own pages, in mail",
    SQLALCHEMY_DATABASE_URI: "another name of `DATABASE_URL`",
  }),
  ...unread({
    SQLALCHEMY_ENGINE_OPTIONS: "of a library that is not used here",
    SQLALCHEMY_TRACK_MODIFICATIONS: "as `SQLALCHEMY_ENGINE_OPTIONS`",
  }),
  ...read(config, { RABBIT_MQ_URL: "another name of `QUEUE_URL`" }),
  ...read(workloads, { TRANSFORMER_RABBIT_MQ_URL: "the broker as containers reach it" }),
  ...unread({
    RABBIT_RETRIES: "ServiceX does not read it either; the broker is tried until it is there",
    RABBIT_RETRY_INTERVAL: "as `RABBIT_RETRIES`",
  }),
  ...read(config, { ADVERTISED_HOSTNAME: "another name of `INTERNAL_URL`" }),
  ...read(runner, {
    TRANSFORMER_MANAGER_ENABLED: "`False` contradicts `RUNNER=kubernetes`, which the start says",
    TRANSFORMER_MANAGER_MODE: "which login at Kubernetes is used",
    TRANSFORMER_NAMESPACE: "where pods are made",
  }),
  ...read(manifests, {
    TRANSFORMER_X509_SECRET: "the secret with the grid proxy, in both containers",
    TRANSFORMER_LOCAL_PATH: "a folder of the nodes at `/data`, read only",
    TRANSFORMER_PRIORITY_CLASS: "before which other pods",
  }),
  ...read(sizes, {
    TRANSFORMER_AUTOSCALE_ENABLED:
      "`True`: as many pods as files, within the next two; `False`: as many as the request says",
    TRANSFORMER_MIN_REPLICAS: "pods that each request gets first",
    TRANSFORMER_MAX_REPLICAS: "most pods of a request",
  }),
  ...unread({
    TRANSFORMER_CPU_SCALE_THRESHOLD:
      "there is no autoscaler of Kubernetes, which would fight ours: ours counts files",
  }),
  ...read(pods, {
    TRANSFORMER_CPU_LIMIT: "most processors of each container",
    TRANSFORMER_CPU_REQUEST: "processors that each container asks for",
  }),
  ...read(manifests, {
    TRANSFORMER_MEMORY_LIMIT: "most memory of each container",
    TRANSFORMER_MEMORY_REQUEST: "memory that each container asks for",
  }),
  ...read(runner, {
    TRANSFORMER_PULL_POLICY: "of images of transformers of 2022",
    TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY: "of images of science containers",
  }),
  ...unread({
    TRANSFORMER_DEFAULT_IMAGE: "of 2022: the generator names the image",
    CODE_GEN_SERVICE_URL: "of 2022: see `CODE_GEN_SERVICE_URLS`",
    CODE_GEN_IMAGE: "of 2022: see `CODE_GEN_IMAGES`",
  }),
  ...read(manifests, { TRANSFORMER_SIDECAR_IMAGE: "the sidecar's image; none with those of 2022" }),
  ...read(pods, {
    TRANSFORMER_SIDECAR_PULL_POLICY: "of that image",
    TRANSFORMER_SIDECAR_VOLUME_PATH: "where both containers see the volume that they share",
  }),
  ...unread({
    TRANSFORMER_LANGUAGE: "ServiceX does not read it either: the generator says it",
    TRANSFORMER_EXEC: "as `TRANSFORMER_LANGUAGE`",
  }),
  ...read(manifests, { TRANSFORMER_CACHE_PREFIX: "caches through which `root://` is read" }),
  ...read(outside, {
    TRANSFORMER_VALIDATE_DOCKER_IMAGE: "whether images are looked for at submit, in any registry",
  }),
  ...unread({ TRANSFORMER_MESSAGING: "ServiceX does not read it either" }),
  ...read(manifests, {
    TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: "the volume to which `volume` writes",
    TRANSFORMER_PERSISTENCE_SUBDIR: "the folder in it; a slash at the end is not needed",
    TRANSFORMER_CVMFS_VOLUME: "a volume at `/cvmfs`, read only",
  }),
  ...read(pods, {
    TRANSFORMER_NODE_SELECTOR: "of later servers: labels of nodes for pods",
    TRANSFORMER_AFFINITY: "of later servers: near which nodes or pods",
    TRANSFORMER_POD_ANNOTATIONS: "of later servers: annotations of pods",
  }),
  ...read(manifests, { TRANSFORMER_TOLERATIONS: "of later servers: which taints pods tolerate" }),
  ...unread({
    OBJECT_STORE_ENABLED: "each step says where its results go",
  }),
  ...read(config, {
    MINIO_URL: "another name of `STORE_URL`, with the next three",
    MINIO_ACCESS_KEY: "of `MINIO_URL`",
    MINIO_SECRET_KEY: "of `MINIO_URL`",
    MINIO_ENCRYPT: "of `MINIO_URL`",
  }),
  ...unread({
    MINIO_URL_TRANSFORMER:
      "containers get this service's S3 endpoint, with keys of their request: `TRANSFORMER_S3_URL`",
    MINIO_PUBLIC_URL: "clients get this service's S3 endpoint: `PUBLIC_URL`, `S3_PORT`",
    MINIO_ENCRYPT_PUBLIC: "as `MINIO_PUBLIC_URL`",
  }),
  ...read(outside, {
    CODE_GEN_SERVICE_URLS: "code generators, and where they answer",
    CODE_GEN_IMAGES: "their images, which clients are shown",
    ALLOWED_IMAGE_PREFIXES: "of later servers: which images may be used",
  }),
  ...read(config, {
    DID_FINDER_DEFAULT_SCHEME: "the scheme of a name without one",
    VALID_DID_SCHEMES: "schemes of finders outside of this service",
  }),
  ...unread({
    DID_RUCIO_FINDER_TAG: "versions of finders; finders are known by their scheme alone",
    DID_CERNOPENDATA_FINDER_TAG: "as `DID_RUCIO_FINDER_TAG`",
    DID_XROOTD_FINDER_TAG: "as `DID_RUCIO_FINDER_TAG`",
  }),
  ...read(config, {
    SLACK_SIGNING_SECRET: "proves that a call comes from Slack",
    SIGNUP_WEBHOOK_URL: "where sign-ups are announced",
    MAILGUN_API_KEY: "for mail to people",
    MAILGUN_DOMAIN: "for mail to people",
  }),
  ...unread({
    MONITOR_URL: "of a page of ServiceX: [metrics](metrics.md) are at `/metrics`",
    LOGS_URL: "as `MONITOR_URL`: why a file failed is in its history",
    FILE_URL_EXPIRY_SECONDS: "signed URLs expire after some hours",
    MAX_DESIRED_TRANSFORM_CACHE_SIZE: "results are kept for `RESULT_TTL_DAYS`",
  }),
  ...read(pods, { LOG_LEVEL: "of this service, and of containers" }),
  ...read(manifests, {
    LOGSTASH_HOST: "containers are told it",
    LOGSTASH_PORT: "containers are told it",
  }),
];

const [begin, end] = ["<!-- begin: made by npm run generate -->\n", "<!-- end -->"];

/** The page with its table made again. */
export function withServicexKeys(page: string, keys = servicexKeys): string {
  const [before, rest = ""] = page.split(begin);
  const rows = keys.map(
    ({ name, effect, test }) =>
      `| \`${name}\` | ${effect} | ${test ? `\`${test}\`` : "not read"} |\n`,
  );
  const table = `\n| key | what it does here | seen by |\n| --- | --- | --- |\n${rows.join("")}\n`;
  return `${before}${begin}${table}${rest.slice(rest.indexOf(end))}`;
}
