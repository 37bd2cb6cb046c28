import { expect, test } from "vitest";
import { etaOf } from "../../src/requests/monitor/eta.ts";
import type { Sample } from "../../src/requests/monitor/pace.ts";
import type { RequestView, StepView } from "../../src/requests/views.ts";

const now = Date.UTC(2026, 10, 26, 12);

function view(files: number, waiting: number[], state: RequestView["dataset"]["state"] = "ready") {
  const steps = waiting.map(
    (count, index) => ({ step: index + 1, waiting: count, queued: 0, running: 0 }) as StepView,
  );
  return { steps, counters: { total: files }, dataset: { files, state } } as RequestView;
}

/** `finished` after each interval of `seconds`. */
function samples(seconds: number, finished: number[]): Sample[] {
  return finished.map((count, index) => ({ at: now + index * seconds * 1000, finished: count }));
}

const secondsTo = (time: string | undefined) => (Date.parse(time ?? "") - now) / 1000;

test("at an even pace both estimates are the files left over the rate, and good after a minute", () => {
  const eta = etaOf(view(1000, [100]), samples(10, [0, 100, 200, 300, 400, 500, 600, 700]), now);
  expect([secondsTo(eta?.p50), secondsTo(eta?.p90)]).toEqual([10, 10]);
  expect(eta?.confidence).toBe("good");
});

test("a file counts once for each step that it has before it", () => {
  const eta = etaOf(
    view(1000, [100, 100]),
    samples(10, [0, 100, 200, 300, 400, 500, 600, 700]),
    now,
  );
  expect(secondsTo(eta?.p50)).toBe(30);
});

test("files that are not yet copied count for every step", () => {
  const known = { ...view(1000, [0, 0]), dataset: { files: 1100, state: "ready" } } as RequestView;
  const eta = etaOf(known, samples(10, [0, 100, 200]), now);
  expect(secondsTo(eta?.p50)).toBe(20);
});

test("an uneven pace puts the second estimate at the slow intervals, at most five times the mean", () => {
  const eta = etaOf(view(1000, [100]), samples(10, [0, 10, 20, 30, 40, 50, 60, 1000]), now);
  expect(secondsTo(eta?.p50)).toBeCloseTo(7, 3);
  expect(secondsTo(eta?.p90)).toBeCloseTo(35, 3);
  expect(eta?.confidence).toBe("rough");
});

test("of few intervals the slow pace is half of the mean", () => {
  const eta = etaOf(view(1000, [100]), samples(10, [0, 100, 200]), now);
  expect([secondsTo(eta?.p50), secondsTo(eta?.p90)]).toEqual([10, 20]);
  expect(eta?.confidence).toBe("fair");
});

test.each([
  ["nothing was seen", view(10, [10]), []],
  ["one sample was seen", view(10, [10]), samples(10, [5])],
  ["nothing was finished meanwhile", view(10, [10]), samples(10, [5, 5])],
  ["the dataset is still being looked up", view(10, [10], "lookup"), samples(10, [0, 5])],
] as const)("there is no estimate while %s", (_, request, seen) => {
  expect(etaOf(request, seen, now)).toBeNull();
});
