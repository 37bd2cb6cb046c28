// What people are told of pods that do not run, from what Kubernetes says of them.
import { describe, expect, test } from "vitest";
import { groupStatus } from "../../src/runner/kubernetes/group-status.ts";
import {
  type PodTrouble,
  podTrouble,
  refusedPods,
} from "../../src/runner/kubernetes/pod-trouble.ts";
import { deploymentShape, type Pod, podShape } from "../../src/runner/kubernetes/shapes.ts";

const made = "2026-11-28T06:00:00Z";
const later = "2026-11-28T06:05:00Z";
const now = Date.parse("2026-11-28T06:06:00Z");

interface Given {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: object[];
  container?: object;
  deletionTimestamp?: string;
}

function podWith({ container, deletionTimestamp, ...status }: Given): Pod {
  return podShape.parse({
    metadata: {
      name: "transformer-1",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: made,
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    status: {
      phase: "Pending",
      ...status,
      ...(container && {
        containerStatuses: [{ name: "transformer", image: "science:1", ...container }],
      }),
    },
  });
}

const waiting = (reason: string, message = "") => ({ state: { waiting: { reason, message } } });
const ended = (exitCode: number, reason: string, message = "") => ({
  terminated: { exitCode, reason, message, finishedAt: later },
});

const troubles: [string, Given, Omit<PodTrouble, "since">][] = [
  [
    "an image that does not exist",
    {
      container: waiting(
        "ErrImagePull",
        'rpc error: code = NotFound desc = failed to pull "science:1": not found',
      ),
    },
    {
      kind: "image",
      sentence:
        "The image science:1 cannot be pulled: rpc error: code = NotFound desc = failed to pull " +
        '"science:1": not found.',
      isPermanent: true,
    },
  ],
  [
    "the same between two tries",
    {
      container: waiting(
        "ImagePullBackOff",
        'Back-off pulling image "science:1": ErrImagePull: it is not found',
      ),
    },
    {
      kind: "image",
      sentence: "The image science:1 cannot be pulled: it is not found.",
      isPermanent: true,
    },
  ],
  [
    "a name that is none of an image",
    { container: waiting("InvalidImageName", "could not parse reference") },
    { kind: "image", sentence: "science:1 is not the name of an image.", isPermanent: true },
  ],
  [
    "an image that is not to be pulled and not there",
    { container: waiting("ErrImageNeverPull") },
    {
      kind: "image",
      sentence:
        "The image science:1 is not on the node, and is not to be pulled (pull policy Never).",
      isPermanent: true,
    },
  ],
  [
    "no node that may take it",
    {
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/1 nodes are available: 1 node(s) were unschedulable.",
          lastTransitionTime: later,
        },
      ],
    },
    {
      kind: "unschedulable",
      sentence:
        "No node of the cluster takes it: 0/1 nodes are available: 1 node(s) were unschedulable.",
      isPermanent: true,
    },
  ],
  [
    "memory that is not enough",
    { phase: "Running", container: { restartCount: 1, lastState: ended(137, "OOMKilled") } },
    {
      kind: "memory",
      sentence: "Workers run out of memory: container transformer was killed at its limit.",
      isPermanent: true,
    },
  ],
  [
    "a program that always dies",
    {
      phase: "Running",
      container: { ...waiting("CrashLoopBackOff"), lastState: ended(3, "Error", "no such module") },
    },
    {
      kind: "crash",
      sentence: "Workers die as soon as they start (container transformer: exit code 3).",
      lastWords: "no such module",
      isPermanent: true,
    },
  ],
  [
    "a program that cannot be started",
    { container: waiting("RunContainerError", 'exec: "bash": not found') },
    {
      kind: "crash",
      sentence:
        'Workers die as soon as they start (container transformer: exec: "bash": not found).',
      isPermanent: true,
    },
  ],
  [
    "a secret that does not exist",
    { container: waiting("CreateContainerConfigError", 'secret "x509-proxy" not found') },
    {
      kind: "other",
      sentence: 'A container cannot be made: secret "x509-proxy" not found.',
      isPermanent: true,
    },
  ],
  [
    "a node without room",
    {
      phase: "Failed",
      reason: "Evicted",
      message: "The node was low on resource: ephemeral-storage. ",
    },
    {
      kind: "evicted",
      sentence: "The cluster ended a worker: The node was low on resource: ephemeral-storage.",
      isPermanent: false,
    },
  ],
  [
    "a node that is drained",
    {
      phase: "Failed",
      conditions: [
        {
          type: "DisruptionTarget",
          status: "True",
          message: "Eviction API: evicting",
          lastTransitionTime: later,
        },
      ],
    },
    {
      kind: "evicted",
      sentence: "The cluster ended a worker: Eviction API: evicting.",
      isPermanent: false,
    },
  ],
];

test.each(troubles)("%s", (_, given, trouble) => {
  expect(podTrouble(podWith(given), now, true)).toEqual({ ...trouble, since: expect.any(Date) });
});

test.each<[string, Given]>([
  ["runs", { phase: "Running", container: { state: { running: {} } } }],
  ["is started", { container: waiting("ContainerCreating") }],
  ["has ended well", { phase: "Succeeded" }],
  ["is being deleted", { container: waiting("ErrImagePull"), deletionTimestamp: later }],
  ["worker ended as it was told", { container: { state: ended(0, "Completed") } }],
])("a pod that %s has no trouble", (_, given) => {
  expect(podTrouble(podWith(given), now, true)).toBeUndefined();
});

test("a worker that ran out of memory is told of for ten minutes", () => {
  const pod = podWith({ container: { lastState: ended(137, "OOMKilled") } });
  expect(podTrouble(pod, Date.parse(later) + 9 * 60_000, true)?.kind).toBe("memory");
  expect(podTrouble(pod, Date.parse(later) + 11 * 60_000, true)).toBeUndefined();
});

test("waiting for room passes by itself where workers of ours run that will end", () => {
  const pod = podWith({
    conditions: [
      { type: "PodScheduled", status: "False", message: "0/2 nodes: 2 Insufficient cpu." },
    ],
  });
  expect(podTrouble(pod, now, true)?.isPermanent).toBe(false);
  expect(podTrouble(pod, now, false)?.isPermanent).toBe(true);
});

test("secrets in the log of a container are not shown", () => {
  const message = "cannot reach amqp://run:word@broker:5672/";
  const pod = podWith({
    container: { ...waiting("CrashLoopBackOff"), lastState: ended(1, "Error", message) },
  });
  expect(podTrouble(pod, now, true)?.lastWords).not.toContain("word");
});

test.each([
  [
    'pods "transformer-1-abc" is forbidden: exceeded quota: compute, requested: pods=1',
    {
      kind: "quota",
      sentence: "The cluster makes no more pods here: exceeded quota: compute, requested: pods=1.",
      isPermanent: false,
    },
  ],
  [
    'pods "transformer-1-abc" is forbidden: violates PodSecurity "restricted:latest": privileged',
    {
      kind: "other",
      sentence:
        "The cluster makes no more pods here: violates PodSecurity " +
        '"restricted:latest": privileged.',
      isPermanent: true,
    },
  ],
])("what keeps a Deployment from its pods: %s", (message, trouble) => {
  const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
  const refused = refusedPods([{ ...condition, lastTransitionTime: new Date(later) }]);
  expect(refused).toEqual({ ...trouble, since: new Date(later) });
});

describe("a group", () => {
  const deployment = deploymentShape.parse({
    metadata: { name: "d", uid: "d", resourceVersion: "1", creationTimestamp: made },
    spec: { replicas: 2 },
  });
  const base = {
    deployment,
    others: [],
    size: 2,
    since: new Map(),
    hasWorked: false,
    hasRoom: true,
    now,
  };
  const broken = podWith({ container: waiting("ErrImagePull", "not found") });
  const ready = podWith({
    phase: "Running",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: made }],
  });
  const leaving = podWith({ phase: "Running", deletionTimestamp: later });

  test("counts who starts and who runs, without those that leave", () => {
    const pods = [ready, podWith({}), leaving, podWith({ phase: "Failed" })];
    expect(groupStatus({ ...base, pods })).toMatchObject({ starting: 1, running: 1 });
  });

  test("tells one trouble for pods that have the same, since the first had it", () => {
    const since = new Map([["image" as const, new Date("2026-11-28T05:00:00Z")]]);
    const { troubles: told } = groupStatus({ ...base, pods: [broken, broken], since });
    expect(told).toEqual([
      {
        kind: "image",
        sentence: "The image science:1 cannot be pulled: not found.",
        count: 2,
        since: new Date("2026-11-28T05:00:00Z"),
      },
    ]);
  });

  test("has a problem of starting while none of its workers has worked", () => {
    expect(groupStatus({ ...base, pods: [broken] }).startProblem?.kind).toBe("image");
    const worked = groupStatus({ ...base, pods: [broken], hasWorked: true });
    expect(worked.startProblem).toBeUndefined();
    expect(groupStatus({ ...base, pods: [broken, ready] }).startProblem).toBeUndefined();
    const evicted = podWith({ phase: "Failed", reason: "Evicted" });
    expect(groupStatus({ ...base, pods: [evicted] }).startProblem).toBeUndefined();
  });
});
