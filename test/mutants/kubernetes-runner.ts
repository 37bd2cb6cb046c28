import type { Mutant } from "./mutant.ts";

const known = ["unit/kubernetes-known.test.ts"];
const troubles = ["unit/kubernetes-troubles.test.ts"];
const runner = ["runner/kubernetes.test.ts"];

/** What the leader believes of a cluster, and what it does there. */
export const kubernetesRunner: Mutant[] = [
  {
    name: "what is older replaces what is known of a cluster",
    file: "runner/kubernetes/known-objects.ts",
    from: "if (before && !isNewer(resourceVersion, before.metadata.resourceVersion)) return [];",
    to: "",
    tests: known,
  },
  {
    name: "a list forgets what was made after it",
    file: "runner/kubernetes/known-objects.ts",
    from: "&& !isNewer(metadata.resourceVersion, version)",
    to: "",
    tests: known,
  },
  {
    name: "the end of a pod is that of the next of its name",
    file: "runner/kubernetes/known-objects.ts",
    from: "if (!before || before.metadata.uid !== metadata.uid) return [];",
    to: "if (!before) return [];",
    tests: known,
  },
  {
    name: "a request fails though one of its workers runs",
    file: "runner/kubernetes/group-status.ts",
    from: "facts.hasWorked || running > 0 ?",
    to: "facts.hasWorked ?",
    tests: troubles,
  },
  {
    name: "waiting for room ends a request",
    file: "runner/kubernetes/pod-trouble.ts",
    from: "isPermanent: !waitsForRoom",
    to: "isPermanent: true",
    tests: troubles,
  },
  {
    name: "the log of another request's pod is shown",
    file: "runner/kubernetes/pod-logs.ts",
    from: "if (labels[labelKeys.request] !== request) return undefined;",
    to: "",
    tests: runner,
    only: "reads the logs",
  },
  {
    name: "a list of an earlier state undoes what is known",
    file: "runner/kubernetes/watch-kind.ts",
    from:
      "if (newest !== undefined && isNewer(newest, resourceVersion)) " +
      "refuseStale(resourceVersion);",
    to: "",
    tests: runner,
    only: "a list of an earlier state",
  },
  {
    name: "a request fails though a worker elsewhere asks for its files",
    file: "requests/sidecars/unstarted-store.ts",
    from: "activity.claimed_at > now()",
    to: "activity.claimed_at > 'infinity' AND activity.claimed_at > now()",
    tests: ["requests/unstarted.test.ts"],
  },
  {
    name: "what somebody changed by hand stays so",
    file: "runner/kubernetes/differences.ts",
    from: " && state.isAsLeft(known)",
    to: "",
    tests: runner,
    only: "by hand",
  },
  {
    name: "a leader whose term has ended changes the cluster",
    file: "runner/kubernetes/term.ts",
    from: "ending.abort();",
    to: "",
    tests: runner,
    only: "a leader that no longer says",
  },
];
