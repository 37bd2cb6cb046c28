// ServiceX's own sidecar and watch.sh, from a checkout, in pods that the runner starts.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Longshore } from "../../src/client/client.ts";
import { capabilities, realSidecar, science } from "../servicex/real-sidecar.ts";
import { runCli } from "../support/cli.ts";
import { type CodeGenerator, startCodeGenerator } from "../support/code-generator.ts";
import { freePorts } from "../support/free-ports.ts";
import type { Service } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { type Namespace, newNamespace } from "./support/kube.ts";
import {
  clientOf,
  leftBehind,
  ours,
  running,
  startPodService,
  workerPods,
} from "./support/pod-service.ts";
import { loadServicexImage, servicexImage } from "./support/servicex-image.ts";
import { openSurroundings, type Surroundings } from "./support/surroundings.ts";

const sidecar = realSidecar();
const { CLUSTER_UP } = process.env;

/** The image is built here, and handed to the node by what is beside the command. */
describe.skipIf(!sidecar || !CLUSTER_UP)("pods of ServiceX's own sidecar", () => {
  let around: Surroundings;
  let namespace: Namespace;
  let service: Service;
  let client: Longshore;
  let generator: CodeGenerator;

  beforeAll(async () => {
    await loadServicexImage(sidecar ?? "", CLUSTER_UP ?? "");
    generator = await startCodeGenerator(() => ({
      image: servicexImage,
      files: {
        "transform_single_file.py": readFileSync(science),
        "transformer_capabilities.json": capabilities,
      },
    }));
    around = await openSurroundings({ management: true });
    namespace = await newNamespace("restricted");
    const [s3Port = 0] = await freePorts(1);
    service = await startPodService(around, namespace, {
      S3_PORT: String(s3Port),
      TRANSFORMER_S3_URL: `http://${inject("cluster").host}:${s3Port}`,
      CODE_GEN_SERVICE_URLS: JSON.stringify({ uproot: generator.origin }),
      TRANSFORMER_VALIDATE_DOCKER_IMAGE: "False",
      TRANSFORMER_SIDECAR_IMAGE: servicexImage,
      TRANSFORMER_SIDECAR_PULL_POLICY: "Never",
      TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY: "Never",
      TRANSFORMER_POD_SECURITY: "restricted",
      TRANSFORMER_CPU_REQUEST: "10m",
      TRANSFORMER_MAX_REPLICAS: "2",
      SIDECAR_QUIET_SECONDS: "10",
      // A pod that is killed may have acknowledged a file whose upload it had not begun.
      SIDECAR_FILE_SECONDS: "30",
    });
    client = clientOf(service);
  }, 900_000);

  afterAll(async () => {
    await service?.remove();
    await namespace?.remove();
    await around?.close();
    await generator?.close();
  });

  async function submit(names: string[]): Promise<string> {
    const files = names.map((name) => `${around.files}/${name}.parquet`);
    const step = { generator: "uproot", selection: "(call Select)", format: "parquet" } as const;
    const steps = [{ operation: "transform" as const, ...step }];
    return (await client.submit({ dataset: { files }, steps })).id;
  }

  const slow = (count: number, name: string) =>
    Array.from({ length: count }, (_, number) => `slow-${name}-${number}`);
  const doneFiles = (id: string, least: number) =>
    until(async () => (await client.get(id)).counters.done >= least, { timeoutSeconds: 120 });
  const nothingIsLeft = () =>
    until(async () => (await leftBehind(namespace)).length === 0, {
      // One whose science has died does not end on a signal, but with its grace period of 300 s.
      timeoutSeconds: 330,
      everyMilliseconds: 500,
      what: "an empty namespace",
    });

  test("files are done, and a failed one says from which pod and why", async () => {
    const id = await submit(["bad", ...slow(20, "first")]);
    const ended = await client.wait(id);
    expect(ended).toMatchObject({ state: "complete", counters: { done: 20, failed: 1 } });
    for (const { status } of await namespace.pods(ours))
      for (const { restartCount } of status.containerStatuses ?? []) expect(restartCount).toBe(0);
    const names: string[] = [];
    for await (const { name, size } of client.results(id)) {
      names.push(name);
      expect(size).toBeGreaterThan(1_000);
    }
    expect(new Set(names).size).toBe(20);
    expect(names[0]).toMatch(/-http:::.*:slow-first-\d+\.parquet\.parquet$/);
    const [bad] = (await client.files(id, { state: "failed" })).items;
    const failure = await until(
      async () => {
        const { history } = await client.file(id, bad?.file ?? 0);
        return history.find(({ info }) => info?.includes("there is no tree in bad"));
      },
      { timeoutSeconds: 40, what: "the reason" },
    );
    expect(failure.pod_name).toMatch(new RegExp(`^transformer-${id}-`));
  });

  test("a pod may be killed in the middle, and no file is lost", async () => {
    const id = await submit(slow(40, "killed"));
    await doneFiles(id, 5);
    const [pod] = await running(namespace);
    const name = pod?.metadata.name ?? "";
    await namespace.kubectl(["delete", "pod", name, "--force", "--grace-period=0"]);
    expect(await client.wait(id)).toMatchObject({ counters: { done: 40, failed: 0 } });
  });

  test("a pod whose science has died is replaced, and what it dropped is done again", async () => {
    const id = await submit(slow(40, "died"));
    await doneFiles(id, 5);
    const before = await running(namespace);
    // The command ends with its container.
    for (const { metadata } of before)
      await namespace
        .kubectl(["exec", metadata.name, "-c", "transformer", "--", "bash", "-c", kill])
        .catch((error: Error) => expect(error.message).toMatch(/exit code 137|not found/));
    const killed = before.map(({ metadata }) => metadata.name);
    await running(namespace, before);
    await until(async () => {
      const names = (await workerPods(namespace)).map(({ metadata }) => metadata.name);
      return !names.some((name) => killed.includes(name));
    });
    const ended = await client.wait(id);
    // The file in work is reported as failed by the sidecar itself.
    expect(ended.state).toBe("complete");
    expect(ended.counters.failed).toBeLessThanOrEqual(before.length);
    expect(ended.counters.done + ended.counters.failed).toBe(40);
  });

  test("a canceled request's pods go, and nothing is left of any", async () => {
    const id = await submit(slow(200, "canceled"));
    await doneFiles(id, 2);
    await client.cancel(id);
    await until(async () => (await client.get(id)).state === "canceled", { timeoutSeconds: 60 });
    await nothingIsLeft();
    expect(await workerPods(namespace)).toEqual([]);
    const queues = await around.rabbit?.control("list_queues", "name", "--silent");
    expect(queues).not.toContain("transformer-");
    await until(
      async () => !/-run-/.test((await around.rabbit?.control("list_users", "--silent")) ?? ""),
      { timeoutSeconds: 90, everyMilliseconds: 1_000, what: "no login of a run" },
    );
    const { DATABASE_URL, STORE_URL } = around.settings as Record<string, string>;
    const { stdout } = await runCli(["audit", "--json"], { env: { DATABASE_URL, STORE_URL } });
    expect(JSON.parse(stdout)).toMatchObject({ clean: true, requests: 4 });
  }, 600_000);
});

/** nc, by which watch.sh is connected with the sidecar: an image of the science has no pkill. */
const kill =
  "for of in /proc/[0-9]*; do if grep -q '^nc' $of/comm; then kill -9 $(basename $of); fi; done";
