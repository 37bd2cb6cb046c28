// What is known of a cluster, whatever the order in which its API tells it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { deathIn } from "../../src/runner/kubernetes/deaths.ts";
import { isNewer, makeKnownObjects } from "../../src/runner/kubernetes/known-objects.ts";
import { labelKeys } from "../../src/runner/kubernetes/names.ts";
import { type Pod, podShape } from "../../src/runner/kubernetes/shapes.ts";

function pod(
  name: string,
  version: number,
  { uid = name, phase = "Running", restarts = 0, component = "worker" } = {},
) {
  return podShape.parse({
    metadata: {
      name,
      uid,
      resourceVersion: String(version),
      creationTimestamp: "2026-11-28T06:00:00Z",
      labels: { [labelKeys.component]: component },
    },
    status: { phase, containerStatuses: [{ name: "worker", restartCount: restarts }] },
  });
}

const names = (known: { all(): Iterable<Pod> }) =>
  [...known.all()].map(({ metadata }) => metadata.name);

test("versions are compared as numbers, however long they are", () => {
  expect(isNewer("10", "9")).toBe(true);
  expect(isNewer("9007199254740993", "9007199254740992")).toBe(true);
  expect(isNewer("9", "9")).toBe(false);
  expect(isNewer("opaque", "other")).toBe(true);
});

test("what is older than what is known changes nothing", () => {
  const known = makeKnownObjects<Pod>();
  known.put(pod("a", 10));
  expect(known.put(pod("a", 9, { phase: "Pending" }))).toEqual([]);
  expect(known.get("a")?.status.phase).toBe("Running");
});

test("a list removes what is gone, and keeps what was made after it", () => {
  const known = makeKnownObjects<Pod>();
  known.put(pod("gone", 10));
  known.put(pod("new", 20));
  const changes = known.replace([pod("kept", 12)], "15");
  expect(names(known).sort()).toEqual(["kept", "new"]);
  expect(changes).toMatchObject([{ before: { metadata: { name: "gone" } } }, {}]);
});

test("a deletion is of one object, not of the next of that name", () => {
  const known = makeKnownObjects<Pod>();
  known.put(pod("a", 10, { uid: "first" }));
  const changes = known.put(pod("a", 12, { uid: "second" }));
  expect(changes.map(({ before, after }) => [before?.metadata.uid, after?.metadata.uid])).toEqual([
    ["first", undefined],
    [undefined, "second"],
  ]);
  expect(known.remove(pod("a", 11, { uid: "first" }))).toEqual([]);
  expect(known.get("a")?.metadata.uid).toBe("second");
});

test("events in any order, any of them twice, end in the same pod", () => {
  const versions = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 });
  fc.assert(
    fc.property(versions, versions, (first, second) => {
      const known = makeKnownObjects<Pod>();
      for (const version of [...first, ...second]) known.put(pod("a", version));
      expect(known.get("a")?.metadata.resourceVersion).toBe("6");
    }),
  );
});

test.each([
  ["its pod is gone", pod("a", 1), undefined, "a"],
  ["it is a transformer", pod("a", 1, { component: "transformer" }), undefined, undefined],
  ["its pod has failed", pod("a", 1), pod("a", 2, { phase: "Failed" }), "a"],
  ["its container was started again", pod("a", 1), pod("a", 2, { restarts: 1 }), "a"],
  ["its pod, which had failed, is gone", pod("a", 1, { phase: "Failed" }), undefined, undefined],
  [
    "nothing of it has ended",
    pod("a", 1, { restarts: 1 }),
    pod("a", 2, { restarts: 1 }),
    undefined,
  ],
  ["it was restarted before it was known", undefined, pod("a", 2, { restarts: 4 }), undefined],
])("a worker has died or not: %s", (_, before, after, dead) => {
  expect(deathIn({ before, after })).toBe(dead);
});
