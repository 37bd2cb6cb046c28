// A day of many pods, on simulated nodes: requests at once, each with a Deployment of transformers
// of its own, and then one after another. The whole day, of 2,000 pods with 300 requests at once
// and 1,000 after them, is MANY_PODS=2000 MANY_AT_ONCE=300 MANY_AFTER=1000.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { ownMegabytes } from "../bench/processes.ts";
import { runCli } from "../support/cli.ts";
import { type CodeGenerator, startCodeGenerator } from "../support/code-generator.ts";
import { freePorts } from "../support/free-ports.ts";
import { inspected, liveMegabytes } from "../support/live-memory.ts";
import { makeRabbit, type Rabbit } from "../support/rabbitmq/broker.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { claim, volume } from "./support/claimed-volume.ts";
import { type CountedApi, startCountedApi } from "./support/counted-api.ts";
import { type FakeCluster, startFakeCluster } from "./support/fake-cluster.ts";
import { type Measure, type Part, partsOf } from "./support/measures.ts";
import { ours } from "./support/pod-service.ts";
import { type Sidecars, startSidecars } from "./support/simulated-sidecars.ts";

const { CLUSTER_UP, MANY_PODS, MANY_AT_ONCE, MANY_AFTER } = process.env;
const mostPods = Number(MANY_PODS ?? 200);
const atOnce = Number(MANY_AT_ONCE ?? 30);
const after = Number(MANY_AFTER ?? 12);
const podsOfEach = 7;
const filesOfEach = 14;
/** a Deployment, a ConfigMap and a Secret, each made once and removed once */
const objectsOfEach = 3;
const callsPerSecond = 50;
const hours = 3_600_000;

const rabbit = await makeRabbit();

/** A cluster of others has no simulated nodes. */
describe.skipIf(!CLUSTER_UP || !rabbit)("a day of many pods", () => {
  const broker = rabbit as Rabbit;
  let cluster: FakeCluster;
  let api: CountedApi;
  let generator: CodeGenerator;
  let service: Service;
  let client: Longshore;
  let sidecars: Sidecars;
  const seen = { deployments: 0, objects: 0, pods: 0 };

  beforeAll(async () => {
    await broker.start();
    cluster = await startFakeCluster(CLUSTER_UP ?? "", 8);
    generator = await startCodeGenerator(() => ({ image: "example.org/science:1" }));
    await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(volume));
    await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(claim));
    api = await startCountedApi(cluster);
    service = await startDay();
    client = new Longshore({ url: service.url });
    sidecars = await startSidecars(broker.url);
  }, 300_000);
  afterAll(async () => {
    await sidecars?.close();
    await service?.remove();
    await api?.close();
    await generator?.close();
    await cluster?.down();
    await broker.remove();
  }, 120_000);

  async function startDay(): Promise<Service> {
    const [port = 0] = await freePorts(1);
    return startService(
      {
        PORT: String(port),
        INTERNAL_URL: `http://127.0.0.1:${port}`,
        QUEUE_URL: broker.url,
        RUNNER: "kubernetes",
        KUBECONFIG: api.kubeconfig,
        KUBERNETES_WORKERS: String(mostPods),
        KUBERNETES_CALLS_PER_SECOND: String(callsPerSecond),
        WORKER_IMAGE: "example.org/longshore:1",
        CODE_GEN_SERVICE_URLS: JSON.stringify({ uproot: generator.origin }),
        TRANSFORMER_VALIDATE_DOCKER_IMAGE: "False",
        TRANSFORMER_SIDECAR_IMAGE: "example.org/sidecar:1",
        TRANSFORMER_TOLERATIONS: JSON.stringify([
          { key: "type", value: "fake", effect: "NoSchedule" },
        ]),
        TRANSFORMER_S3_URL: "http://127.0.0.1:9",
        TRANSFORMER_CPU_LIMIT: "10m",
        TRANSFORMER_MIN_REPLICAS: String(podsOfEach),
        TRANSFORMER_MAX_REPLICAS: String(podsOfEach),
        TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: "results",
      },
      inspected,
    );
  }

  const submit = async (name: string): Promise<string> => {
    const files = Array.from({ length: filesOfEach }, (_, n) => `root://far//${name}-${n}.root`);
    const { id } = await client.submit({
      dataset: { files },
      steps: [
        {
          operation: "transform",
          generator: "uproot",
          selection: "(call Select)",
          format: "root-file",
          destination: "volume",
        },
      ],
    });
    return id;
  };

  async function names(kinds: string): Promise<string[]> {
    const listed = await cluster.kubectl(["get", kinds, "-l", ours, "-o", "name"]);
    return listed.split("\n").filter(Boolean);
  }

  /** The runs that have a Deployment now. */
  async function look(): Promise<string[]> {
    const objects = await names("deployments,configmaps,secrets");
    const deployments = objects.filter((name) => name.startsWith("deployment"));
    seen.deployments = Math.max(seen.deployments, deployments.length);
    seen.objects = Math.max(seen.objects, objects.length);
    return deployments.flatMap((name) => /transformer-(.*)$/.exec(name)?.[1] ?? []);
  }

  /** Pods that are being deleted do not count. */
  async function runningPods(): Promise<number> {
    const each = "{range .items[*]}{.metadata.deletionTimestamp},{end}";
    const field = ["--field-selector", "status.phase=Running", "-o", `jsonpath=${each}`];
    const pods = (await cluster.kubectl(["get", "pods", "-l", ours, ...field])).split(",");
    const count = pods.slice(0, -1).filter((endsAt) => endsAt.trim() === "").length;
    seen.pods = Math.max(seen.pods, count);
    return count;
  }

  /** Resolves once `isDone` says so; pods of all that runs then take files. */
  async function work(isDone: () => Promise<boolean>): Promise<void> {
    await until(
      async () => {
        await sidecars.serve(await look());
        await runningPods();
        return isDone();
      },
      { timeoutSeconds: 3_600, everyMilliseconds: 300, what: "all requests" },
    );
    // The pods of the last ones end, too
    await sidecars.serve([]);
  }

  const isComplete = async (id: string) => {
    const { state, counters } = await client.get(id);
    if (state === "failed") throw new Error(`Request ${id} has failed.`);
    return state === "complete" && counters.done === filesOfEach;
  };

  test(
    "requests at once get as many pods as there may be, and all are complete",
    async () => {
      const began = Date.now();
      const ids: string[] = [];
      for (let n = 0; n < atOnce; n++) ids.push(await submit(`at-once-${n}`));
      const most = Math.min(mostPods, atOnce * podsOfEach);
      await until(async () => (await look()).length > 0 && (await runningPods()) >= most * 0.95, {
        timeoutSeconds: 900,
        everyMilliseconds: 1_000,
        what: `${most} pods`,
      });
      const open = new Set(ids);
      await work(async () => {
        for (const id of open) if (await isComplete(id)) open.delete(id);
        return open.size === 0;
      });
      say(
        `\n${atOnce} requests at once in ${((Date.now() - began) / 1_000).toFixed(0)} s: at most ` +
          `${seen.pods} pods, ${seen.deployments} Deployments, ${seen.objects} objects; the ` +
          `service has ${megabytesOf(service.pid)} MB`,
      );
      expect(seen.pods).toBeLessThanOrEqual(mostPods);
      expect(seen.deployments).toBeLessThanOrEqual(atOnce);
      expect(seen.objects).toBeLessThanOrEqual(objectsOfEach * atOnce);
    },
    hours,
  );

  test(
    "requests one after another leave nothing behind, and memory stays flat",
    async () => {
      await nothingLeft();
      Object.assign(seen, { deployments: 0, objects: 0, pods: 0 });
      const each: Measure[] = [measure()];
      let live = 0;
      let isOver = false;
      const all = (async () => {
        for (let n = 0; n < after; n++) {
          const id = await submit(`after-${n}`);
          await until(() => isComplete(id), { timeoutSeconds: 300, everyMilliseconds: 100 });
          each.push(measure());
          // After the first tenth it holds what it keeps however many requests come.
          if (n + 1 === Math.ceil(after / 10)) live = await liveMegabytes(service);
        }
      })().finally(() => {
        isOver = true;
      });
      await work(async () => isOver);
      await all;
      const tenths = partsOf(each);
      for (const { requests, seconds, calls, changes, megabytes } of tenths)
        say(
          `${requests} requests in ${seconds.toFixed(0)} s: ${calls.toFixed(1)} calls for each, ` +
            `${changes.toFixed(1)} that change something; the service has ${megabytes} MB`,
        );
      say(`at once at most ${seen.deployments} Deployments, ${seen.pods} pods that run`);
      const [first, last] = [tenths[0] as Part, tenths.at(-1) as Part];
      // The pods of the request before may still be there
      expect(seen.deployments).toBeLessThanOrEqual(3);
      expect(seen.pods).toBeLessThanOrEqual(3 * podsOfEach);
      expect(last.changes).toBeLessThanOrEqual(first.changes + 2);
      // Lists are asked for again from time to time, in the first part or in the last
      expect(last.calls).toBeLessThanOrEqual(1.5 * first.calls + 5);
      const liveNow = await liveMegabytes(service);
      say(`its live memory: ${live.toFixed(1)} MB early, ${liveNow.toFixed(1)} MB at the end`);
      expect(liveNow - live).toBeLessThan(10);
    },
    hours,
  );

  test("nothing is left, and the calls stayed within their limits", async () => {
    await nothingLeft();
    const ofEach = api.changes / (atOnce + after);
    say(
      `${atOnce + after} requests: ${api.calls} calls, ${ofEach.toFixed(1)} for each that change ` +
        `something; at most ${api.mostIn(1)} in a second, ${api.mostIn(60)} in a minute, ` +
        `${api.mostAtOnce} at once`,
    );
    expect(ofEach).toBeGreaterThanOrEqual(2 * objectsOfEach);
    expect(ofEach).toBeLessThanOrEqual(16);
    // After a quiet second as many as in one may be made at once
    expect(api.mostIn(1)).toBeLessThanOrEqual(2 * callsPerSecond);
    expect(api.mostIn(60)).toBeLessThanOrEqual(61 * callsPerSecond);
    const queues = await broker.control("list_queues", "name", "--silent");
    expect(queues).not.toContain("transformer-");
    const env = { DATABASE_URL: service.databaseUrl, DATA_DIR: service.dataDir };
    const { code, stdout, stderr } = await runCli(["audit", "--json"], { env });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ clean: true, requests: atOnce + after });
  }, 300_000);

  function nothingLeft(): Promise<unknown> {
    const kinds = "deployments,replicasets,pods,configmaps,secrets";
    return until(async () => (await names(kinds)).length === 0, {
      timeoutSeconds: 300,
      everyMilliseconds: 500,
      what: "an empty namespace",
    });
  }

  function measure(): Measure {
    const { calls, changes } = api;
    return { at: performance.now(), calls, changes, megabytes: megabytesOf(service.pid) };
  }
});

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function megabytesOf(pid: number): number {
  return Math.round(ownMegabytes(pid));
}
