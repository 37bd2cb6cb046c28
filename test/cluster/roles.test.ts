// Each role of the service in pods of its own, with workers that know nothing but the service.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { until } from "../support/wait.ts";
import { type Namespace, newNamespace, type Pod } from "./support/kube.ts";
import { deploymentOf, jobOf, serviceOf, settingsOf } from "./support/pods.ts";
import { openSurroundings, type Surroundings } from "./support/surroundings.ts";

const files = 200;
const graceSeconds = 30;
let around: Surroundings;
let namespace: Namespace;
let api: Pod[];
let scheduler: Pod;

beforeAll(async () => {
  around = await openSurroundings();
  namespace = await newNamespace("restricted");
  await namespace.apply(
    settingsOf({
      ...around.settings,
      HOST: "0.0.0.0",
      ENABLE_AUTH: "false",
      ALLOW_ANYONE: "true",
      RUNNER: "external",
      INTERNAL_URL: "http://api:5000",
      SECRET_KEY: "the-same-key-for-all-of-these-pods",
      LEASE_SECONDS: "20",
    }),
    jobOf({ name: "migrate", words: ["migrate"] }),
    deploymentOf({ name: "api", words: ["api"], replicas: 2, probed: true }),
    serviceOf("api", { http: 5000, s3: 9000 }),
    deploymentOf({ name: "scheduler", words: ["scheduler"], probed: true }),
    deploymentOf({
      name: "worker",
      words: ["longshore", "worker", "--url", "http://api:5000", "--operations", "transform"],
      replicas: 2,
    }),
  );
  api = await namespace.ready("app=api", 2);
  [scheduler] = (await namespace.ready("app=scheduler", 1)) as [Pod];
});

afterAll(async () => {
  await namespace?.remove();
  await around?.close();
});

const inPod = (pod: Pod, ...command: string[]) =>
  namespace.kubectl(["exec", pod.metadata.name, "--", ...command]);

const clientOf = async (pod: Pod | undefined) => {
  const { url } = await namespace.forward(pod?.metadata.name ?? "", 5000);
  return new Longshore({ url });
};

const submit = (client: Longshore, count: number, name: string) =>
  client.submit({
    dataset: {
      files: Array.from(
        { length: count },
        (_, index) => `${around.files}/${name}-${index}.parquet`,
      ),
    },
    steps: [
      {
        operation: "transform",
        selection: "select max(temp_max) as warmest from input",
      },
    ],
  });

test("the migrations have run in a pod of their own", async () => {
  await namespace.kubectl(["wait", "--for=condition=complete", "job/migrate", "--timeout=120s"]);
});

test("a pod is not root, writes to its volumes alone, and holds no tools to build with", async () => {
  const look =
    "id -u; touch /longshore/x /etc/x /home/node/x 2>&1; touch /data/x /tmp/x && echo both";
  const lines = (await inPod(scheduler, "sh", "-c", `${look}; true`)).trim().split("\n");
  expect(lines).toEqual([
    "1000",
    expect.stringMatching(/\/longshore\/x.*Read-only file system/),
    expect.stringMatching(/\/etc\/x.*Read-only file system/),
    expect.stringMatching(/\/home\/node\/x.*Read-only file system/),
    "both",
  ]);
  const tools = ["npm", "npx", "yarn", "gcc", "cc", "make", "git", "python3", "tsc", "esbuild"];
  const each = `for tool in ${tools.join(" ")}; do command -v $tool; done; true`;
  const found = await inPod(scheduler, "sh", "-c", each);
  expect(found).toBe("");
  const developers = await inPod(scheduler, "ls", "/longshore/node_modules");
  expect(developers).not.toMatch(/^(vitest|typescript|tsx|prisma|esbuild)$/m);
});

test("a process whose parent was killed leaves no zombie in its container", async () => {
  const orphan = "(sleep 0.3 & sleep 0.1) & wait; echo made";
  expect((await inPod(scheduler, "sh", "-c", orphan)).trim()).toBe("made");
  const states = "cat /proc/[0-9]*/status | grep -E '^(Name|State):'";
  await until(async () => {
    const found = await inPod(scheduler, "sh", "-c", states);
    return !/Name:\s+sleep\n/.test(found) && !/State:\s+Z/.test(found);
  });
});

test("worker pods transform a request's files, which two replicas of the API show alike", async () => {
  const [first, second] = [await clientOf(api[0]), await clientOf(api[1])];
  const { id } = await submit(first, files, "alike");
  const ended = await second.wait(id);
  expect(ended).toMatchObject({ state: "complete", counters: { done: files, failed: 0 } });
  expect((await first.get(id)).counters).toEqual(ended.counters);
});

test("SIGTERM ends each role with 0 within its grace period, and no file is lost", async () => {
  const [ending, staying] = api as [Pod, Pod];
  const client = await clientOf(staying);
  const { id } = await submit(client, files, "signal");
  await until(async () => (await client.get(id)).counters.done > 5);
  const [worker] = (await namespace.ready("app=worker", 2)) as [Pod];
  const secondsOf = await Promise.all([ending, scheduler, worker].map(endBySignal));
  expect(Math.max(...secondsOf)).toBeLessThan(graceSeconds);
  const { counters, state } = await client.wait(id);
  expect({ counters, state }).toMatchObject({
    state: "complete",
    counters: { done: files, failed: 0 },
  });
});

/** Returns the seconds from the signal to the end of the container, which must end with 0. */
async function endBySignal({ metadata: { name, labels } }: Pod): Promise<number> {
  const began = Date.now();
  await namespace.kubectl(["exec", name, "--", "sh", "-c", "kill -TERM 1"]);
  const ended = await until(
    async () => {
      const pods = await namespace.pods(`app=${labels?.app}`);
      const pod = pods.find(({ metadata }) => metadata.name === name);
      const [container] = pod?.status.containerStatuses ?? [];
      const { terminated = container?.lastState.terminated } = container?.state ?? {};
      // It may have ended before; the times of the cluster are whole seconds.
      return terminated && Date.parse(terminated.finishedAt) > began - 1_000 && terminated;
    },
    { timeoutSeconds: graceSeconds + 10, what: `the end of ${name}` },
  );
  expect({ name, exitCode: ended.exitCode }).toEqual({ name, exitCode: 0 });
  return (Date.parse(ended.finishedAt) - began) / 1_000;
}

test("the audit is clean, and lists every result", async () => {
  const [pod] = (await namespace.ready("app=scheduler", 1)) as [Pod];
  const report = JSON.parse(await inPod(pod, "longshore", "audit", "--json"));
  expect(report).toMatchObject({ clean: true, requests: 2, results: 2 * files });
});
