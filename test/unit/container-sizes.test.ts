import { expect, test } from "vitest";
import { type Bounds, sizesOf } from "../../src/requests/sidecars/sizes.ts";
import type { WantedRun } from "../../src/requests/sidecars/wanted-store.ts";

const bounds: Bounds = { scales: true, least: 1, most: 20, all: 1000 };

function run(name: string, more: Partial<WantedRun> = {}): WantedRun {
  return {
    run: name,
    request: name,
    step: 1,
    operation: "transform",
    owner: "ann",
    files: 1000,
    workers: null,
    priority: 0,
    number: 1,
    share: 1,
    slots: null,
    slotsPerUser: null,
    ...more,
  };
}

const sizes = (runs: WantedRun[], more: Partial<Bounds> = {}) =>
  Object.fromEntries(sizesOf(runs, { ...bounds, ...more }));

test("defect 18: a request of one file gets one container, whatever it asks for", () => {
  expect(sizes([run("one", { files: 1, workers: 50 })])).toEqual({ one: 1 });
  expect(sizes([run("none", { files: 0 })])).toEqual({});
});

test("a request gets as many as it has files, up to the facility's most and its own", () => {
  expect(sizes([run("a", { files: 7 })])).toEqual({ a: 7 });
  expect(sizes([run("a")])).toEqual({ a: 20 });
  expect(sizes([run("a", { workers: 3 })])).toEqual({ a: 3 });
  expect(sizes([run("a", { workers: 30 })])).toEqual({ a: 20 });
});

test("where the facility does not scale, the request says how many, and one is the default", () => {
  expect(sizes([run("a"), run("b", { workers: 5 })], { scales: false })).toEqual({ a: 1, b: 5 });
});

test("a limit of a user or of an operation holds over all requests", () => {
  const limited = { slotsPerUser: 4, slots: 6 };
  const given = sizes([
    run("a", limited),
    run("b", { ...limited, number: 2 }),
    run("c", { ...limited, number: 3, owner: "bob" }),
  ]);
  expect((given.a ?? 0) + (given.b ?? 0)).toBeLessThanOrEqual(4);
  expect((given.a ?? 0) + (given.b ?? 0) + (given.c ?? 0)).toBe(6);
});

test("a small request does not wait for a large one, and users share what there is", () => {
  const given = sizes(
    [
      run("large", { number: 1 }),
      run("small", { number: 2, files: 2 }),
      run("other", { number: 3, owner: "bob" }),
    ],
    { all: 10 },
  );
  expect(given).toEqual({ large: 4, small: 1, other: 5 });
});

test("the same ledger gives the same sizes, in whatever order it is read", () => {
  const runs = Array.from({ length: 30 }, (_, at) =>
    run(`r${at}`, { number: at, owner: `owner-${at % 4}`, files: 1 + (at % 9) }),
  );
  expect(sizes(runs, { all: 50 })).toEqual(sizes(runs.toReversed(), { all: 50 }));
  expect(Object.values(sizes(runs, { all: 50 })).reduce((sum, size) => sum + size)).toBe(50);
});
