// An operator's day on a real node: install, test, upgrade while work runs, roll back, uninstall.
// The database, the broker and the store are on the host.
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { chart, helmBeside } from "../chart/support/helm.ts";
import { until } from "../support/wait.ts";
import { type Namespace, newNamespace, type Pod } from "./support/kube.ts";
import { openSurroundings, type Surroundings } from "./support/surroundings.ts";

const files = 200;
const api = "app.kubernetes.io/component=api";
let around: Surroundings;
let namespace: Namespace;

beforeAll(async () => {
  around = await openSurroundings();
  namespace = await newNamespace("restricted");
  const { DATABASE_URL = "", QUEUE_URL, STORE_URL = "" } = around.settings;
  const keep = (name: string, key: string, value: string) =>
    namespace.kubectl(["create", "secret", "generic", name, `--from-literal=${key}=${value}`]);
  await keep("database", "DATABASE_URL", DATABASE_URL);
  await keep("store", "STORE_URL", STORE_URL);
  if (QUEUE_URL) await keep("broker", "QUEUE_URL", QUEUE_URL);
});

afterAll(async () => {
  await namespace?.remove();
  await around?.close();
});

const [repository = "", tag = ""] = inject("cluster").image.split(/:(?=[^/]*$)/);

const values = (more: Record<string, unknown> = {}) => ({
  image: { repository, tag },
  database: { existingSecret: "database" },
  store: { existingSecret: "store" },
  ...(around.settings.QUEUE_URL && { broker: { existingSecret: "broker" } }),
  settings: { INPUT_HOSTS: around.settings.INPUT_HOSTS, LEASE_SECONDS: 20 },
  app: { auth: false, resources: { requests: { cpu: "50m" } } },
  scheduler: { resources: { requests: { cpu: "50m" } } },
  workers: { runner: "deployment", replicas: 2, resources: { requests: { cpu: "50m" } } },
  ...more,
});

/** Rejects with what helm printed; waits until all is ready. */
async function run(words: string[], given?: unknown): Promise<string> {
  const { code, stdout, stderr } = await helmBeside(
    [...words, "--namespace", namespace.name, ...(given === undefined ? [] : ["--values", "-"])],
    { kubeconfig: inject("cluster").kubeconfig, input: JSON.stringify(given ?? {}) },
  );
  if (code !== 0) throw new Error(`helm ${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

const wait = ["--wait", "--timeout", "180s"];

const running = async (selector = api): Promise<Pod[]> => {
  const pods = await namespace.pods(selector);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
};

const clientOf = async (pod: Pod | undefined) => {
  const { url } = await namespace.forward(pod?.metadata.name ?? "", 5000);
  return new Longshore({ url });
};

const submit = (client: Longshore, name: string) =>
  client.submit({
    dataset: {
      files: Array.from({ length: files }, (_, n) => `${around.files}/${name}-${n}.parquet`),
    },
    steps: [{ operation: "transform", selection: "select max(temp_max) as warmest from input" }],
  });

const allDone = { state: "complete", counters: { done: files, failed: 0 } };

test("helm install ends when all pods are ready, and says what comes next", async () => {
  const said = await run(["install", "mine", chart, ...wait], values());
  expect(said).toContain(`Longshore is installed as mine-longshore in ${namespace.name}.`);
});

test("helm test: the service is ready, and its public port answers nothing internal", async () => {
  const said = await run(["test", "mine", "--logs", "--timeout", "120s"]);
  expect(said.match(/^ok: /gm)).toHaveLength(3);
});

test("a request completes while an api pod is killed", async () => {
  const [ending, staying] = (await running()) as [Pod, Pod];
  const client = await clientOf(staying);
  const { id } = await submit(await clientOf(ending), "killed");
  await until(async () => (await client.get(id)).counters.done > 5);
  await namespace.kubectl(["delete", "pod", ending.metadata.name, "--grace-period=0", "--force"]);
  expect(await client.wait(id)).toMatchObject(allDone);
  await namespace.ready(api, 2);
});

test("a request completes during helm upgrade, and another during a rollback", async () => {
  const [pod] = await running();
  const { id } = await submit(await clientOf(pod), "upgraded");
  await run(
    ["upgrade", "mine", chart, ...wait],
    values({ app: { auth: false, replicas: 3, resources: { requests: { cpu: "50m" } } } }),
  );
  const after = await namespace.ready(api, 3);
  expect(await (await clientOf(after[0])).wait(id)).toMatchObject(allDone);

  const next = await submit(await clientOf(after[0]), "rolled back");
  await run(["rollback", "mine", "1", ...wait]);
  await until(async () => (await running()).length === 2);
  const [back] = await namespace.ready(api, 2);
  expect(await (await clientOf(back)).wait(next.id)).toMatchObject(allDone);
});

test("a change of a setting starts new pods", async () => {
  const before = (await running()).map(({ metadata }) => metadata.name);
  await run([
    "upgrade",
    "mine",
    chart,
    ...wait,
    "--reuse-values",
    "--set",
    "settings.RESULT_TTL_DAYS=9",
  ]);
  await until(async () => {
    const now = (await running()).map(({ metadata }) => metadata.name);
    return now.length === 2 && now.every((name) => !before.includes(name));
  });
});

test("the audit is clean, and helm uninstall leaves the generated key alone", async () => {
  const scheduler = "deployment/mine-longshore-scheduler";
  const audit = await namespace.kubectl(["exec", scheduler, "--", "longshore", "audit", "--json"]);
  expect(JSON.parse(audit)).toMatchObject({ clean: true, requests: 3, results: 3 * files });
  await run(["uninstall", "mine", "--wait"]);
  const kinds = "all,secrets,configmaps,networkpolicies,ingresses,roles,serviceaccounts,pdb,pvc";
  await until(async () => (await namespace.pods("app.kubernetes.io/component!=test")).length === 0);
  const left = (await namespace.kubectl(["get", kinds, "-o", "name"])).trim().split("\n");
  const own = ["secret/database", "secret/store", "secret/broker", "configmap/kube-root-ca.crt"];
  expect(left.filter((name) => ![...own, "serviceaccount/default"].includes(name))).toEqual([
    "pod/mine-longshore-answers",
    "secret/mine-longshore-generated",
  ]);
});
