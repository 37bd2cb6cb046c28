// The chart without a database, for trying out: one pod with everything on a volume.
import { execFile } from "node:child_process";
import { chownSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { chart, helmBeside } from "../chart/support/helm.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";
import { buildEmbeddedImage } from "./support/build-image.ts";
import { kubectl, type Namespace, newNamespace } from "./support/kube.ts";
import { openSurroundings, type Surroundings } from "./support/surroundings.ts";

const { CLUSTER_UP: up, CLUSTER_PRODUCT } = process.env;
if (!up || !CLUSTER_PRODUCT)
  process.stderr.write(
    "\n!!! CLUSTER_UP or CLUSTER_PRODUCT is not set: the chart with its embedded Postgres is NOT " +
      "installed.\n",
  );
const pod = "mine-longshore-0";
const folder = temporaryFolder("embedded");
let namespace: Namespace;
let around: Surroundings;
let image = "";

// An image of its own has to get onto the node, and a folder of this machine into the pod.
describe.skipIf(!up || !CLUSTER_PRODUCT)("helm install without a database", () => {
  beforeAll(async () => {
    image = await buildEmbeddedImage();
    await promisify(execFile)(join(dirname(resolve(up ?? "")), "load-image"), [image]);
    around = await openSurroundings();
    namespace = await newNamespace("restricted");
    chownSync(folder, 1_000, 1_000);
    await giveVolume();
    await run("install", "--set", "settings.FILE_THREADS=1");
  });
  afterAll(async () => {
    await namespace?.remove();
    await kubectl(["delete", "persistentvolume", "embedded", "--ignore-not-found"]);
    await around?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a request completes, and is there after the pod was killed and after an upgrade", async () => {
    const before = await submitted("first");
    await namespace.kubectl(["delete", "pod", pod, "--grace-period=0", "--force"]);
    const second = await submitted("second");
    expect(await states()).toEqual({ [before]: "complete", [second]: "complete" });
    await run("upgrade", "--set", "settings.FILE_THREADS=2");
    const third = await submitted("third");
    expect(Object.keys(await states()).toSorted()).toEqual([before, second, third].toSorted());
  });

  test("helm test is content, and the audit is clean", async () => {
    const { code, stdout } = await helm(["test", "mine", "--logs", "--timeout", "120s"]);
    expect([code, stdout.match(/^ok: /gm)?.length]).toEqual([0, 3]);
    const audit = await namespace.kubectl(["exec", pod, "--", "longshore", "audit", "--json"]);
    expect(JSON.parse(audit)).toMatchObject({ clean: true, requests: 3 });
  });
});

/** The cluster gives no volumes: this one is a folder of this machine. */
async function giveVolume(): Promise<void> {
  const capacity = { storage: "1Gi" };
  const shared = { accessModes: ["ReadWriteOnce"], storageClassName: "" };
  const claimRef = { namespace: namespace.name, name: "data" };
  const volume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "embedded" },
    spec: { ...shared, capacity, claimRef, hostPath: { path: folder } },
  };
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { ...shared, resources: { requests: capacity }, volumeName: "embedded" },
  };
  await kubectl(["apply", "-f", "-"], JSON.stringify(volume));
  await namespace.kubectl(["apply", "-f", "-"], JSON.stringify(claim));
}

async function run(word: "install" | "upgrade", ...more: string[]): Promise<void> {
  const [repository = "", tag = ""] = image.split(/:(?=[^/]*$)/);
  const values = {
    image: { repository, tag },
    app: { auth: false },
    embeddedVolume: { existingClaim: "data" },
    settings: { INPUT_HOSTS: around.settings.INPUT_HOSTS },
  };
  const words = [word, "mine", chart, "--values", "-", "--wait", "--timeout", "180s", ...more];
  const { code, stdout, stderr } = await helm(words, values);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

function helm(words: string[], values?: unknown) {
  return helmBeside([...words, "--namespace", namespace.name], {
    kubeconfig: inject("cluster").kubeconfig,
    input: JSON.stringify(values ?? {}),
  });
}

async function client(): Promise<Longshore> {
  await namespace.ready("app.kubernetes.io/component=api", 1);
  return new Longshore({ url: (await namespace.forward(pod, 5000)).url });
}

/** The id of a request that has completed. */
async function submitted(name: string): Promise<string> {
  const here = await until(() => client());
  const files = Array.from({ length: 20 }, (_, n) => `${around.files}/${name}-${n}.parquet`);
  const selection = "select max(temp_max) as warmest from input";
  const { id } = await here.submit({
    dataset: { files },
    steps: [{ operation: "transform", selection }],
  });
  expect(await here.wait(id)).toMatchObject({ state: "complete", counters: { done: 20 } });
  return id;
}

async function states(): Promise<Record<string, string>> {
  const { items } = await (await client()).list();
  return Object.fromEntries(items.map(({ id, state }) => [id, state]));
}
