// What the values become: objects, and settings that the service accepts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withSettingNames } from "../../doc/generate/chart-settings.ts";
import { type Role, readConfig, roles, settingNames } from "../../src/config.ts";
import { allOperations } from "../../src/operations/index.ts";
import { facilityNames } from "../../src/settings/facility.ts";
import {
  chart,
  lint,
  notesOf,
  readYaml,
  render,
  tryToRender,
  valuesFiles,
} from "./support/helm.ts";
import { containersOf, environmentOf, podsOf } from "./support/pods.ts";

const secrets = {
  DATABASE_URL: "postgresql://longshore:secret@db/longshore",
  STORE_URL: "s3://key:secret@s3.example.org/bucket",
  QUEUE_URL: "amqp://longshore:secret@mq",
  TRANSFORMER_RABBIT_MQ_URL: "amqp://longshore:secret@mq",
  WORKER_QUEUE_URL: "amqp://workers:secret@mq",
  RABBIT_MANAGEMENT_URL: "http://admin:secret@mq:15672",
  SECRET_KEY: "a-key-of-the-facility-alone",
  JWT_SECRET_KEY: "another-key-of-the-facility",
  OIDC_CLIENT_ID: "a-client",
  OIDC_CLIENT_SECRET: "its-secret",
  MAILGUN_API_KEY: "key",
};

describe.each(valuesFiles)("the values of helm/ci/%s.yaml", (file) => {
  test("are linted without a fault", () => {
    const { code, stdout, stderr } = lint(file);
    expect(`${stdout}${stderr}`).not.toMatch(/\[(WARNING|ERROR)\]/);
    expect(code).toBe(0);
  });

  test("become settings that the service knows and accepts", () => {
    const objects = render({ file });
    const settings = [...settingNames, ...facilityNames(allOperations, settingNames)];
    const known = [...settings, "NODE_EXTRA_CA_CERTS"];
    const every = podsOf(objects)
      .flatMap(containersOf)
      .filter(({ envFrom }) => envFrom);
    expect(every.length).toBeGreaterThan(0);
    for (const container of every) {
      const env = environmentOf(container, objects, secrets);
      expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
      const words = container.args ?? [];
      const ROLES = words.every((word) => roles.includes(word as Role)) ? words.join(",") : "";
      expect(readConfig({ ...env, ROLES }, allOperations).host).toBe("0.0.0.0");
    }
  });
});

test("without values, one pod has everything, and people need a token", () => {
  const objects = render({});
  const [pod, ...others] = podsOf(objects).filter(({ of }) => !of.startsWith("Pod "));
  expect(others).toEqual([]);
  expect(pod?.of).toBe("StatefulSet mine-longshore");
  const [container] = pod?.spec.containers ?? [];
  const config = readConfig({ ...environmentOf(container, objects, {}) }, allOperations);
  expect(config).toMatchObject({
    enableAuth: true,
    runner: "local",
    databaseUrl: undefined,
    store: { kind: "folder", path: "/data/longshore/store" },
    roles: ["api", "scheduler", "worker"],
    publicUrl: "http://localhost:5000",
    s3Url: "http://localhost:9000",
  });
});

test("the one pod is placed and annotated as app says", () => {
  const app = { podAnnotations: { "example.org/team": "data" }, nodeSelector: { pool: "small" } };
  const set = render({ values: { app } }).find(({ kind }) => kind === "StatefulSet");
  expect(set?.spec.template).toMatchObject({
    metadata: { annotations: app.podAnnotations },
    spec: { nodeSelector: app.nodeSelector },
  });
});

test("a setting of the values counts more than what the chart derives", () => {
  const settings = { LOCAL_WORKERS: 7, RESULT_TTL_DAYS: 30, LOOKUP_SECONDS: 1e6 };
  const map = render({ values: { settings } }).find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "mine-longshore-settings",
  );
  expect(map?.data).toMatchObject({
    LOCAL_WORKERS: "7",
    RESULT_TTL_DAYS: "30",
    LOOKUP_SECONDS: "1000000",
  });
});

test("each pod of the service trusts the authorities of the ConfigMap that is named", () => {
  const authorities = { configMap: "ours", key: "all.pem" };
  const external = { database: { existingSecret: "d" }, store: { existingSecret: "s" } };
  const values = { ...external, authorities, workers: { runner: "deployment" } };
  const pods = podsOf(render({ values })).filter(({ of }) => of.startsWith("Deployment"));
  expect(pods).toHaveLength(3);
  for (const pod of pods) {
    const [container] = containersOf(pod);
    expect(container?.env).toContainEqual({
      name: "NODE_EXTRA_CA_CERTS",
      value: "/authorities/ca.crt",
    });
    const mount = { name: "authorities", mountPath: "/authorities", readOnly: true };
    expect(container?.volumeMounts).toContainEqual(mount);
    const configMap = { name: "ours", items: [{ key: "all.pem", path: "ca.crt" }] };
    expect(pod.spec.volumes).toContainEqual({ name: "authorities", configMap });
  }
});

test("default users are made before the service starts", () => {
  const [pod] = podsOf(render({ values: { app: { defaultUsers: "people" } } }));
  expect(pod?.spec.initContainers.map(({ args }: { args: string[] }) => args)).toEqual([
    ["migrate"],
    ["longshore", "user", "create", "--from", "/default_users/users.json"],
  ]);
});

const typos: [string, unknown][] = [
  ["imge", { imge: {} }],
  ["repositry", { image: { repositry: "x" } }],
  ["pullPolicy", { image: { pullPolicy: "Sometimes" } }],
  ["digest", { image: { digest: "0123" } }],
  ["embedded", { embedded: "yes" }],
  ["exitingSecret", { database: { exitingSecret: "x" } }],
  ["waitSeconds", { database: { waitSeconds: "soon" } }],
  ["replcas", { app: { replcas: 3 } }],
  ["replicas", { app: { replicas: 0 } }],
  ["auth", { app: { auth: "false" } }],
  ["globusClientId", { app: { globusClientId: "x" } }],
  ["logLevel", { app: { logLevel: "LOUD" } }],
  ["hosts", { app: { ingress: { hosts: ["x"] } } }],
  ["secret", { app: { ingress: { tls: { secret: "x" } } } }],
  ["sidecarimage", { transformer: { sidecarimage: "x" } }],
  ["maxReplicas", { transformer: { autoscaler: { maxReplicas: "many" } } }],
  ["defaultScienceImage", { codeGen: { uproot: { defaultScienceImage: "x" } } }],
  ["Up Root", { codeGen: { "Up Root": {} } }],
  ["latitude", { didFinder: { rucio: { latitude: 1 } } }],
  ["publicUrl", { objectStore: { publicUrl: "x" } }],
  ["runner", { workers: { runner: "docker" } }],
  ["RESULT_TTL_DAY", { settings: { RESULT_TTL_DAY: 30 } }],
  ["DATABASE_URL", { settings: { DATABASE_URL: "postgresql://a:b@c/d" } }],
  ["key", { secretSettings: { JWT_SECRET_KEY: { secret: "x" } } }],
  ["enable", { networkPolicy: { enable: false } }],
  ["interval", { monitoring: { interval: "often" } }],
];

test.each(typos)("the schema refuses a wrong %s, and names it", (word, values) => {
  const { code, stderr } = tryToRender({ values });
  expect(code).not.toBe(0);
  expect(stderr).toContain("values don't meet the specifications of the schema");
  expect(stderr).toContain(word);
});

test.each([
  ["store.existingSecret is needed with a database", { database: { existingSecret: "x" } }],
  ["database.existingSecret is needed", { embedded: false, store: { existingSecret: "x" } }],
  ["give one of them", { embedded: true, database: { existingSecret: "x" } }],
  ["needs a database", { workers: { runner: "deployment" } }],
  ["app.ingress.hostname", { app: { ingress: { enabled: true } } }],
  ["s3.ingress.hostname is needed", { s3: { ingress: { enabled: true } } }],
])("values that cannot work are refused: %s", (sentence, values) => {
  const { code, stderr } = tryToRender({ values });
  expect(code).not.toBe(0);
  expect(stderr).toContain(sentence);
});

test("the notes list what ServiceX's values ask for in vain, and what each part lacks", () => {
  const notes = notesOf({ file: "servicex" });
  for (const line of [
    "app.image: The image of this service is image.repository.",
    "app.rabbitmq: The broker is tried until it is there.",
    "didFinder.rucio.threads: ",
    "transformer.autoscaler.cpuScaleThreshold: ",
    "rabbitmq: The chart brings no RabbitMQ: see broker.",
    "minio: ",
    "postgresql: ",
    "minioCleanup: ",
    "the code generator uproot: give broker.existingSecret",
    "the finder rucio: give didFinder.rucio.image, didFinder.rucio.tag, broker.existingSecret",
  ])
    expect(notes).toContain(`  ${line}`);
  expect(notes).not.toMatch(/^ {2}(app\.adminEmail|secrets|hostMount|the code generator python)/m);
});

test("the notes say the next three commands, and nothing in vain where all is ours", () => {
  const notes = notesOf({ file: "embedded" });
  const [, commands] = notes.split("\nNext:\n\n");
  expect(commands?.split("\n\n")[0]?.split("\n")).toHaveLength(3);
  expect(notes).not.toMatch(/without effect|not started/);
  expect(notes).toContain("WARNING: app.auth is false");
});

test("the keys without effect are those that the schema calls so", () => {
  const schema = JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8"));
  const listed = readYaml(readFileSync(join(chart, "files/no-effect.yaml"), "utf8"));
  expect(listed).toEqual(Object.fromEntries(withoutEffect(schema, [])));
});

test("the schema knows every setting: npm run generate", () => {
  const schema = readFileSync(join(chart, "values.schema.json"), "utf8");
  expect(withSettingNames(schema)).toBe(schema);
});

test("each value of values.yaml is used by a template", () => {
  const values = readYaml(readFileSync(join(chart, "values.yaml"), "utf8"));
  const folder = join(chart, "templates");
  const templates = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(yaml|tpl|txt)$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  const names = [...new Set(namesBelow(values))];
  expect(names.length).toBeGreaterThan(50);
  const isUsed = (name: string) => new RegExp(`[."]${name}\\b`).test(templates);
  expect(names.filter((name) => !isUsed(name))).toEqual([]);
});

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
}

function withoutEffect(schema: Schema, path: string[]): [string, string][] {
  const [, why] = /^ServiceX: no effect here\. (.*)$/.exec(schema.description ?? "") ?? [];
  if (why !== undefined) return [[path.join("."), why]];
  const { properties = {}, additionalProperties: rest } = schema;
  const below = Object.entries(properties).flatMap(([name, of]) =>
    withoutEffect(of, [...path, name]),
  );
  return typeof rest === "object" ? [...below, ...withoutEffect(rest, [...path, "*"])] : below;
}

function namesBelow(values: unknown): string[] {
  const isMap = typeof values === "object" && values !== null && !Array.isArray(values);
  if (!isMap) return [];
  return Object.entries(values).flatMap(([name, below]) => [name, ...namesBelow(below)]);
}
