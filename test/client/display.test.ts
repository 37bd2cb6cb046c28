import { expect, test } from "vitest";
import { barLine } from "../../src/client/cli/print/display.ts";
import { downloadLine } from "../../src/client/cli/print/download-bar.ts";

const counters = { total: 0, waiting: 0, queued: 0, running: 0, done: 0, failed: 0, canceled: 0 };

test("the progress bar grows with the files that are settled, and shows those that are not done as x", () => {
  const line = (change: Partial<typeof counters>) =>
    barLine({ state: "running", counters: { ...counters, ...change } });
  expect(line({})).toBe(`running [${"-".repeat(30)}] 0/0 files, 0 failed, 0 running`);
  expect(line({ total: 4, done: 1, failed: 1, running: 2 })).toBe(
    `running [${"=".repeat(7)}${"x".repeat(8)}${"-".repeat(15)}] 2/4 files, 1 failed, 2 running`,
  );
  expect(line({ total: 3, canceled: 3 })).toContain(`[${"x".repeat(30)}] 3/3`);
  expect(line({ total: 3, done: 3 })).toContain(`[${"=".repeat(30)}] 3/3`);
});

test("the bar of a download grows with the results that are complete", () => {
  const bar = `${"=".repeat(15)}${"-".repeat(15)}`;
  expect(downloadLine(2, 4, 1_500_000)).toBe(`downloading [${bar}] 2/4 results, 1.5 MB`);
  expect(downloadLine(0, 0, 0)).toBe(`downloading [${"-".repeat(30)}] 0/0 results, 0.0 MB`);
});
