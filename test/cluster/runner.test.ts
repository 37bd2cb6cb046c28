// RUNNER=kubernetes on a real node. The service is a process on this machine, beside its database
// and its broker; its workers are pods of our image.
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Longshore } from "../../src/client/client.ts";
import { runCli } from "../support/cli.ts";
import { type CodeGenerator, startCodeGenerator } from "../support/code-generator.ts";
import type { Service } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { kubectl, type Namespace, newNamespace } from "./support/kube.ts";
import {
  clientOf,
  leftBehind,
  removeEverything,
  running,
  startPodService,
  submitSlow,
  workerPods,
} from "./support/pod-service.ts";
import { openSurroundings, type Surroundings } from "./support/surroundings.ts";

const files = 90;
let around: Surroundings;
let namespace: Namespace;
let service: Service;
let client: Longshore;
let generator: CodeGenerator;

beforeAll(async () => {
  generator = await startCodeGenerator(() => ({ image: "localhost/no-science:1" }));
  around = await openSurroundings();
  namespace = await newNamespace("restricted");
  service = await startPodService(around, namespace);
  client = clientOf(service);
});

afterAll(async () => {
  await uncordon();
  await service?.remove();
  await namespace?.remove();
  await around?.close();
  await generator?.close();
});

const submit = (name: string, count = files) => submitSlow(client, around, name, count);

const doneFiles = (id: string, least: number) =>
  until(async () => (await client.get(id)).counters.done >= least, { timeoutSeconds: 120 });

async function complete(id: string): Promise<void> {
  const { state, counters } = await client.wait(id);
  expect({ state, counters }).toMatchObject({
    state: "complete",
    counters: { done: files, failed: 0 },
  });
}

async function restart(more: Record<string, string> = {}): Promise<void> {
  expect(await service.stop()).toBe(0);
  service = await service.again(more);
}

/** `way`: how the workers of all pods report. */
async function reportBy(way: string): Promise<void> {
  const pods = await running(namespace);
  const args = pods.map(({ spec }) => (spec as { containers: { args: string[] }[] }).containers);
  for (const [container] of args) expect(container?.args.join(" ")).toContain(`--reports ${way}`);
}

async function killOne(): Promise<void> {
  const [pod] = await running(namespace);
  const name = pod?.metadata.name ?? "";
  await namespace.kubectl(["delete", "pod", name, "--force", "--grace-period=0"]);
}

test("pods transform a request's files and report them by the broker, and one may be killed", async () => {
  const { id } = await submit("queue");
  await doneFiles(id, 10);
  await reportBy("queue");
  await killOne();
  const connections = await around.rabbit?.control("list_connections", "client_properties");
  expect(connections).toContain("longshore reports");
  await complete(id);
  expect((await workerPods(namespace)).length).toBeLessThanOrEqual(3);
});

test("what is deleted in the cluster comes back, and no file is lost", async () => {
  const { id } = await submit("deleted");
  await doneFiles(id, 10);
  const before = await workerPods(namespace);
  await removeEverything(namespace);
  await running(namespace, before);
  await complete(id);
});

test("the service may be killed and started again while its pods work on, now over HTTP", async () => {
  const { id } = await submit("restarted");
  await doneFiles(id, 10);
  const before = await running(namespace);
  await service.kill();
  service = await service.again();
  const names = (await workerPods(namespace)).map(({ metadata }) => metadata.name);
  expect(names).toEqual(
    expect.arrayContaining(before.map(({ metadata }) => metadata.name).slice(0, 1)),
  );
  await restart({ WORKER_REPORTS: "http" });
  await complete(id);
});

test("pods report over HTTP, and one may be killed", async () => {
  const { id } = await submit("http");
  await doneFiles(id, 10);
  await reportBy("http");
  await killOne();
  await complete(id);
});

test("a node that takes no pods is told of on the request, which goes on when it does", async () => {
  const { id } = await submit("cordoned");
  await doneFiles(id, 10);
  await kubectl(["cordon", "-l", "type!=fake"]);
  const names = (await workerPods(namespace)).map(({ metadata }) => metadata.name);
  await namespace.kubectl(["delete", "pod", ...names, "--wait=false"]);
  await until(async () => (await told(id)).includes("No node of the cluster takes it"), {
    timeoutSeconds: 60,
    what: "the sentence",
  });
  await uncordon();
  await complete(id);
});

async function uncordon(): Promise<void> {
  await kubectl(["uncordon", "-l", "type!=fake"]);
}

const told = async (id: string) => JSON.stringify((await client.get(id)).waiting ?? "");

test("a canceled request gives out no file more, and its pods go", async () => {
  const { id } = await submit("canceled", 5_000);
  await doneFiles(id, 10);
  await client.cancel(id);
  await until(async () => (await client.get(id)).state === "canceled", { timeoutSeconds: 60 });
  const { counters } = await client.get(id);
  expect(counters.done + counters.canceled).toBe(5_000);
  await nothingIsLeft();
});

test("workers that run out of memory are told of, and a larger limit lets the request go on", async () => {
  const small = { WORKER_MEMORY_LIMIT: "40Mi", WORKER_MEMORY_REQUEST: "16Mi" };
  await restart(small);
  const { id } = await submit("memory");
  await until(async () => /memory/.test(await told(id)), {
    timeoutSeconds: 120,
    what: "the sentence",
  });
  await restart({ WORKER_MEMORY_LIMIT: "", WORKER_MEMORY_REQUEST: "64Mi" });
  await complete(id);
});

test("a request of others' containers whose image does not exist fails and says so", async () => {
  await restart({
    POD_START_SECONDS: "10",
    CODE_GEN_SERVICE_URLS: JSON.stringify({ uproot: generator.origin }),
    TRANSFORMER_VALIDATE_DOCKER_IMAGE: "False",
    TRANSFORMER_SIDECAR_IMAGE: "localhost/no-sidecar:1",
    TRANSFORMER_SIDECAR_PULL_POLICY: "IfNotPresent",
    TRANSFORMER_POD_SECURITY: "restricted",
    TRANSFORMER_S3_URL: `http://${inject("cluster").host}:9`,
    TRANSFORMER_CPU_LIMIT: "100m",
  });
  const { id } = await client.submit({
    dataset: { files: ["root://far//1.root"] },
    steps: [
      {
        operation: "transform",
        generator: "uproot",
        selection: "(call Select)",
        format: "root-file",
      },
    ],
  });
  const ended = await client.wait(id);
  expect(ended.state).toBe("failed");
  expect(JSON.stringify(ended.reason)).toMatch(
    /localhost\/no-(sidecar|science):1 cannot be pulled/,
  );
  await nothingIsLeft();
});

async function nothingIsLeft(): Promise<void> {
  await until(async () => (await leftBehind(namespace)).length === 0, {
    timeoutSeconds: 90,
    everyMilliseconds: 500,
    what: "an empty namespace",
  });
}

test("afterwards no queue of a request is left, and the audit is clean", async () => {
  const listed = await around.rabbit?.control("list_queues", "name", "--silent");
  const queues = (listed ?? "").split("\n");
  expect(queues.filter((name) => /^(work\.|transformer-)/.test(name))).toEqual([]);
  const { DATABASE_URL, STORE_URL } = around.settings as Record<string, string>;
  const { stdout } = await runCli(["audit", "--json"], { env: { DATABASE_URL, STORE_URL } });
  expect(JSON.parse(stdout)).toMatchObject({ clean: true, requests: 8 });
});
