// The runner `kubernetes` on an API server that fails, and its shared suite.
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../support/wait.ts";
import { runnerContract } from "./contract.ts";
import { crashingStatus, readyStatus, type Stored } from "./kubernetes-cluster.ts";
import { type Opened, openOnFake, ours, theirs } from "./kubernetes-runner.ts";

runnerContract("kubernetes", async () => {
  const { api, runner, close } = await openOnFake();
  return {
    runner,
    workers: {
      names: () => api.of("pods").map(({ metadata }) => metadata.name),
      kill: (name) => api.remove("pods", name),
      allow(started) {
        api.onStart(started ? readyStatus : crashingStatus);
        api.restart();
      },
      areApart: true,
    },
    close,
  };
});

describe("the runner kubernetes", () => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnFake();
  });
  afterEach(() => opened.close());

  const run = randomUUID();
  const names = (plural: string) => opened.api.of(plural).map(({ metadata }) => metadata.name);
  const running = (key = ours.key) => opened.runner.statuses().get(key)?.running ?? 0;
  const troubles = (key = ours.key) => opened.runner.statuses().get(key)?.troubles ?? [];
  const changes = () => opened.api.calls.filter(({ method }) => method !== "GET");
  const lists = () =>
    opened.api.calls.filter(({ method, query }) => method === "GET" && !query.has("watch"));

  async function startTwo(): Promise<void> {
    await opened.runner.reconcile([ours]);
    await until(() => running() === 2);
  }

  test("applies what a group needs as ours, and nothing again while nothing differs", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    expect(names("deployments")).toEqual([`transformer-${run}`]);
    expect(names("configmaps")).toEqual([`${run}-generated-source`]);
    expect(names("secrets")).toEqual([`transformer-${run}`]);
    const applied = changes();
    expect(applied.map(({ method }) => method)).toEqual(["PATCH", "PATCH", "PATCH"]);
    for (const { query } of applied)
      expect(Object.fromEntries(query)).toEqual({ fieldManager: "longshore", force: "true" });
    for (let again = 0; again < 5; again += 1) await opened.runner.reconcile([theirs(run)]);
    opened.api.put("pods", opened.api.of("pods")[0] as Stored);
    await until(() => opened.runner.statuses().size === 1);
    expect(changes()).toEqual(applied);
  });

  test("another number of pods is one call; no pods at all keep what is there", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    const before = changes().length;
    await opened.runner.reconcile([theirs(run, 3)]);
    await until(() => running(`run-${run}`) === 3);
    await opened.runner.reconcile([theirs(run, 0)]);
    await until(() => names("pods").length === 0);
    expect(
      changes()
        .slice(before)
        .map(({ path }) => path.split("/").at(-1)),
    ).toEqual([`transformer-${run}`, `transformer-${run}`]);
    expect(names("configmaps")).toHaveLength(1);
    expect(troubles(`run-${run}`)).toMatchObject([
      { kind: "quota", sentence: "All 3 pods (KUBERNETES_WORKERS) are in use." },
    ]);
  });

  test("a group that never had room gets no objects", async () => {
    await opened.runner.reconcile([{ ...ours, size: 3 }, theirs(run)]);
    await until(() => running() === 3);
    expect(names("deployments")).toEqual(["longshore-operation-noop"]);
    expect(names("configmaps")).toEqual([]);
  });

  test("what somebody deletes is made again", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    for (const plural of ["deployments", "configmaps", "secrets", "pods"])
      for (const name of names(plural)) opened.api.remove(plural, name);
    await until(() => running(`run-${run}`) === 1 && names("configmaps").length === 1);
    expect(names("secrets")).toHaveLength(1);
  });

  test("what somebody changes by hand is set again, once", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    const before = changes().length;
    const [deployment] = opened.api.of("deployments");
    const spec = structuredClone(deployment?.spec);
    spec.template.spec.containers[0].image = "somebody/else:1";
    opened.api.put("deployments", { ...(deployment as Stored), spec });
    opened.api.put("secrets", { ...(opened.api.of("secrets")[0] as Stored), data: {} });
    await until(
      () =>
        opened.api.of("deployments")[0]?.spec.template.spec.containers[0].image !==
          "somebody/else:1" && Object.keys(opened.api.of("secrets")[0]?.data as object).length > 0,
    );
    // What comes after in the watch was followed, and so was that
    opened.api.remove("configmaps", names("configmaps")[0] ?? "");
    await until(() => names("configmaps").length === 1);
    expect(changes().length).toBe(before + 3);
  });

  test("what an ended request left is removed, whoever left it, and nothing of others", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    const ofUs = opened.api.of("deployments")[0]?.metadata.labels ?? {};
    opened.api.put("horizontalpodautoscalers", { metadata: labeled("scaler", ofUs) });
    const instance = { ...ofUs, "app.kubernetes.io/instance": "another" };
    opened.api.put("configmaps", { metadata: labeled("another's", instance) });
    await opened.runner.resign();
    const next = await opened.open();
    await next.reconcile([]);
    await until(() => names("pods").length === 0 && names("secrets").length === 0);
    await until(() => names("horizontalpodautoscalers").length === 0);
    expect(names("deployments")).toEqual([]);
    expect(names("configmaps")).toEqual(["another's"]);
    await until(() => next.statuses().size === 0);
  });

  test("what is gone when it is to be removed is removed", async () => {
    await startTwo();
    const over = opened.api.fail({ method: "DELETE", answer: { status: 404, reason: "NotFound" } });
    await opened.runner.reconcile([]);
    await until(() => changes().filter(({ method }) => method === "DELETE").length >= 2);
    over();
    const asked = changes().length;
    await opened.runner.reconcile([]);
    await until(() => lists().length > 0);
    expect(changes().length).toBe(asked);
  });

  test("an object of the same name that was made since is not removed", async () => {
    await startTwo();
    const [deployment] = opened.api.of("deployments");
    await opened.runner.reconcile([]);
    const deleted = await until(() => changes().find(({ method }) => method === "DELETE"));
    expect(deleted.body).toMatchObject({
      propagationPolicy: "Background",
      preconditions: { uid: deployment?.metadata.uid },
    });
  });

  test.each([
    ["409 Conflict", { status: 409, reason: "Conflict", message: "object is being deleted" }],
    ["500", { status: 500, message: "etcdserver: leader changed" }],
    ["a connection that is reset", "reset"],
    ["no answer at all", "hang"],
  ] as const)("a change is tried again after %s", async (_, answer) => {
    opened.api.fail({ method: "PATCH", times: 3, answer });
    await startTwo();
    expect(troubles()).toEqual([]);
  });

  test("429 is obeyed: nothing of the group is called before its Retry-After", async () => {
    opened.api.fail({ method: "PATCH", times: 1, answer: { status: 429, retryAfter: 1 } });
    const started = performance.now();
    await startTwo();
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  test("a refusal is told to people until it is taken back", async () => {
    const message = 'deployments.apps "longshore-operation-noop" is forbidden: no right';
    const over = opened.api.fail({
      method: "PATCH",
      path: "deployments",
      answer: { status: 403, reason: "Forbidden", message },
    });
    await opened.runner.reconcile([ours]);
    const [trouble] = await until(() => troubles().length > 0 && troubles());
    expect(trouble).toMatchObject({
      kind: "other",
      count: 2,
      sentence: `The cluster refused the Deployment longshore-operation-noop: ${message}.`,
    });
    over();
    await until(() => running() === 2 && troubles().length === 0);
  });

  test.each([
    ["are dropped", () => opened.api.dropWatches()],
    ["end", () => opened.api.endWatches()],
    [
      "are too old to go on (410)",
      () => {
        opened.api.put("pods", { metadata: labeled("another's", {}) });
        opened.api.compact();
        opened.api.dropWatches();
      },
    ],
  ])("pods are followed when watches %s", async (_, disturb) => {
    await startTwo();
    disturb();
    opened.api.remove("pods", names("pods")[0] ?? "");
    const [deployment] = opened.api.of("deployments");
    opened.api.remove("deployments", deployment?.metadata.name ?? "");
    await until(() => names("deployments").length === 1 && running() === 2);
    const { uid } = opened.api.of("deployments")[0]?.metadata ?? {};
    expect(uid).not.toBe(deployment?.metadata.uid);
  });

  test("a watch that cannot be opened again and again goes on from a list", async () => {
    await startTwo();
    const before = lists().length;
    const over = opened.api.fail({ path: "watch=true", answer: { status: 500 } });
    opened.api.dropWatches();
    await until(() => lists().length > before);
    await until(() => troubles()[0]?.sentence.startsWith("The cluster cannot be used now:"));
    over();
    await until(() => opened.api.watches() === 5);
    opened.api.remove("deployments", names("deployments")[0] ?? "");
    await until(() => names("deployments").length === 1 && running() === 2);
    expect(troubles()).toEqual([]);
  });

  test("a watch that always ends at once with 410 makes no storm of lists", async () => {
    await startTwo();
    opened.api.fail({
      path: "watch=true",
      answer: { status: 410, reason: "Expired", message: "too old" },
    });
    const before = lists().length;
    opened.api.dropWatches();
    const started = performance.now();
    await until(() => lists().length >= before + 20, { everyMilliseconds: 5 });
    expect(performance.now() - started).toBeGreaterThan(50);
  });

  test("a watch that is silent for too long is opened again", async () => {
    await startTwo();
    opened.api.stallWatches();
    const [victim = ""] = names("pods");
    const dead: string[] = [];
    opened.runner.onDeath((worker) => dead.push(worker));
    opened.api.remove("pods", victim);
    await until(() => dead.includes(victim), { timeoutSeconds: 10 });
    expect(dead).toEqual([victim]);
  });

  test("a list of an earlier state undoes nothing", async () => {
    await startTwo();
    opened.api.listEarlier();
    const dead: string[] = [];
    opened.runner.onDeath((worker) => dead.push(worker));
    const [victim = ""] = names("pods");
    opened.api.remove("pods", victim);
    await until(() => dead.includes(victim) && running() === 2);
    const before = lists().length;
    const applied = changes().length;
    opened.api.put("pods", { metadata: labeled("another's", {}) });
    opened.api.compact();
    opened.api.dropWatches();
    await until(() => lists().length > before + 10);
    // The list has the pod that is gone
    expect(running()).toBe(2);
    opened.api.listNow();
    await until(() => opened.api.watches() === 5);
    expect(running()).toBe(2);
    expect(dead).toEqual([victim]);
    expect(changes().length).toBe(applied);
  });

  test("lists are read page by page", async () => {
    const { labels } = (await labelsOfOurs()) ?? {};
    for (let count = 0; count < 1200; count += 1)
      opened.api.put("pods", { metadata: labeled(`pod-${count}`, labels ?? {}), status: {} });
    const next = await opened.open();
    await next.reconcile([ours]);
    await until(() => next.statuses().get(ours.key)?.starting === 1200);
  });

  test("without the right to see scalers it goes on", async () => {
    opened.api.fail({
      path: "horizontalpodautoscalers",
      answer: { status: 403, reason: "Forbidden" },
    });
    await startTwo();
  });

  test("a pod whose science container died beside its sidecar is replaced, once", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    const [victim] = opened.api.of("pods");
    const name = victim?.metadata.name ?? "";
    opened.api.update("pods", name, (pod) => withState(pod, "transformer", outOfMemory));
    await until(() => !names("pods").includes(name));
    const next = await until(() => opened.api.of("pods").find(({ status }) => isRunning(status)));
    const second = next.metadata.name;
    await until(() => running(`run-${run}`) === 1);
    expect(troubles(`run-${run}`)).toMatchObject([{ kind: "memory", count: 1 }]);
    const removals = () => changes().filter(({ method }) => method === "DELETE").length;
    opened.api.update("pods", second, (pod) => withState(pod, "transformer", outOfMemory));
    // What comes after in the watch was followed, and so was that
    opened.api.remove("secrets", names("secrets")[0] ?? "");
    await until(() => names("secrets").length === 1);
    expect(names("pods")).toEqual([second]);
    expect(removals()).toBe(1);
  });

  test("a worker whose container is started again has died, and keeps its pod", async () => {
    await startTwo();
    const dead: string[] = [];
    opened.runner.onDeath((worker) => dead.push(worker));
    const [name = ""] = names("pods");
    opened.api.update("pods", name, (pod) => withState(pod, "worker", { restartCount: 1 }));
    await until(() => dead.length > 0);
    expect(dead).toEqual([name]);
    expect(names("pods")).toContain(name);
  });

  test("tells why no pod came to run, until one has", async () => {
    opened.api.onStart(crashingStatus);
    await opened.runner.reconcile([ours]);
    const problem = await until(() => opened.runner.statuses().get(ours.key)?.startProblem);
    expect(problem).toMatchObject({
      kind: "crash",
      sentence: "Workers die as soon as they start (container worker: exit code 3).",
      lastWords: "no such module",
    });
    opened.api.onStart(readyStatus);
    opened.api.restart();
    await until(() => running() === 2);
    expect(opened.runner.statuses().get(ours.key)?.startProblem).toBeUndefined();
  });

  test("a pod that cannot mount a volume tells it from its events", async () => {
    const long = new Date(Date.now() - 60_000).toISOString();
    opened.api.onStart(() => ({
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "True" }],
      containerStatuses: [{ name: "worker", state: { waiting: { reason: "ContainerCreating" } } }],
    }));
    await opened.runner.reconcile([ours]);
    const [pod] = await until(() => names("pods").length === 2 && opened.api.of("pods"));
    opened.api.put("events", {
      metadata: labeled("event", {}),
      type: "Warning",
      reason: "FailedMount",
      message: 'MountVolume.SetUp failed for volume "x509": secret "x509-proxy" not found',
      involvedObject: { uid: pod?.metadata.uid },
    });
    for (const one of opened.api.of("pods"))
      opened.api.put("pods", {
        ...one,
        metadata: { ...one.metadata, creationTimestamp: long },
      });
    const [trouble] = await until(() => troubles().length > 0 && troubles());
    expect(trouble?.sentence).toBe(
      "A pod cannot start (FailedMount): MountVolume.SetUp failed for volume " +
        '"x509": secret "x509-proxy" not found.',
    );
  });

  test("reads the logs of both containers, and never of another request's pod", async () => {
    await opened.runner.reconcile([theirs(run)]);
    await until(() => running(`run-${run}`) === 1);
    const [name = ""] = names("pods");
    const { runner } = opened;
    const words = (await runner.lastWords(name, 10_000, run)) ?? "";
    expect(words).toMatch(/--- sidecar:\nthe worker .* has started\n\n--- transformer:\n/);
    expect(await runner.lastWords(name, 10_000, randomUUID())).toBeUndefined();
    expect(await runner.lastWords(name, 10_000)).toBeUndefined();
    expect(await runner.lastWords("../../../secrets/x", 10_000, run)).toBeUndefined();
    opened.api.put("pods", { metadata: labeled("foreign", { "longshore/request": run }) });
    expect(await runner.lastWords("foreign", 10_000, run)).toBeUndefined();
  });

  test("a container that was restarted has the log of before, too", async () => {
    await startTwo();
    const [name = ""] = names("pods");
    opened.api.logs.set(`${name} before`, "it dies\n");
    opened.api.update("pods", name, (pod) => withState(pod, "worker", { restartCount: 1 }));
    const words = await opened.runner.lastWords(name, 10_000);
    expect(words).toBe(`it dies\nthe worker ${name} has started\n`);
  });

  test("the calls of a second are limited, those of a thousand groups too", async () => {
    const slow = await opened.open({
      KUBERNETES_WORKERS: "100",
      KUBERNETES_CALLS_PER_SECOND: "20",
    });
    const groups = Array.from({ length: 30 }, () => theirs(randomUUID()));
    const started = performance.now();
    await slow.reconcile(groups);
    await until(() => names("deployments").length === 30);
    // 90 objects, ten lists and watches; as many as in a second may be made at once
    const seconds = (performance.now() - started) / 1000;
    expect(opened.api.calls.length).toBeLessThanOrEqual(20 * (seconds + 1) + 1);
    expect(seconds).toBeGreaterThan(3);
  });

  test("a leader that no longer says what is wanted changes nothing", async () => {
    await startTwo();
    await opened.runner.resign();
    const before = changes().length;
    opened.api.remove("deployments", names("deployments")[0] ?? "");
    await until(() => names("pods").length === 0);
    expect(opened.api.watches()).toBe(0);
    expect(changes().length).toBe(before);
  });

  test("a claim that does not exist is told to the groups that need it alone", async () => {
    const runner = await opened.open({ TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: "results" });
    const group = theirs(run);
    const toVolume = group.workload && { ...group.workload, destination: "volume" as const };
    await runner.reconcile([ours, { ...group, ...(toVolume && { workload: toVolume }) }]);
    const status = await until(() => runner.statuses().get(group.key));
    await until(() => (runner.statuses().get(group.key)?.troubles.length ?? 0) > 0);
    expect(status.running).toBe(0);
    expect(runner.statuses().get(group.key)?.troubles[0]?.sentence).toBe(
      "The claim results (TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM) does not exist in the " +
        "namespace workers.",
    );
    expect(runner.statuses().get(ours.key)?.troubles).toEqual([]);
  });

  async function labelsOfOurs() {
    await startTwo();
    const metadata = opened.api.of("pods")[0]?.metadata;
    await opened.runner.reconcile([]);
    await until(() => names("pods").length === 0);
    await opened.runner.resign();
    return metadata;
  }
});

const outOfMemory = {
  restartCount: 1,
  lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: new Date() } },
};

function isRunning(status: Stored["status"]): boolean {
  return status?.phase === "Running";
}

function labeled(name: string, labels: Record<string, string>) {
  return { name, labels };
}

function withState(pod: Stored, container: string, change: object): unknown {
  const { containerStatuses, ...status } = pod.status;
  return {
    ...status,
    containerStatuses: containerStatuses.map((one: { name: string }) =>
      one.name === container ? { ...one, ...change } : one,
    ),
  };
}
