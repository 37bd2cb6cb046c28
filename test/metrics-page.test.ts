import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../src/operations/contract.ts";
import { type Api, openApi } from "./support/api.ts";
import { until } from "./support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await until(async () => (await scrape()).includes("# TYPE longshore_files "));
});
afterAll(() => api.close());

const scrape = async () => (await api.get("/metrics")).text;

test("doc/metrics.md names every metric of ours with its kind, and none that is not there", async () => {
  const page = readFileSync(new URL("../doc/metrics.md", import.meta.url), "utf8");
  const documented = [...page.matchAll(/^\| `(longshore_\w+)` \| (\w+)/gm)].map(
    ([, name, kind]) => `${name} ${kind}`,
  );
  const served = [...(await scrape()).matchAll(/^# TYPE (longshore_\w+ \w+)$/gm)].map(
    ([, found]) => found,
  );
  expect(documented.toSorted()).toEqual(served.toSorted());
  const asked = [...page.matchAll(/longshore_\w+/g)].map(([name]) =>
    name.replace(/_(sum|count|bucket)$/, ""),
  );
  expect(asked.filter((name) => !served.some((one) => one?.startsWith(`${name} `)))).toEqual([]);
});

test("gauges say what the ledger says, counters what was done", async () => {
  const { ledger } = api;
  const id = await ledger.submit(5);
  const tasks = (await ledger.claim(3, { request: id })) as [Task, Task, Task];
  const before = await scrape();
  const value = (text: string, series: string) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.split(" ")[1] ?? 0,
    );
  expect(value(before, 'longshore_files{operation="noop",state="running"}')).toBe(3);
  expect(value(before, 'longshore_files{operation="noop",state="queued"}')).toBe(2);
  expect(value(before, 'longshore_requests{state="running"}')).toBe(1);
  expect(value(before, 'longshore_queue_messages{topic="longshore.reports"}')).toBe(0);

  await ledger.report(tasks[0], "success");
  await ledger.report(tasks[0], "success");
  await ledger.report(tasks[1], "retry", { error: { class: "unavailable", message: "away" } });
  await ledger.report(tasks[2], "failure", { error: { class: "a word of its own", message: "?" } });
  const after = await scrape();
  const grown = (series: string) => value(after, series) - value(before, series);
  expect(grown('longshore_reports_total{answer="recorded"}')).toBe(3);
  expect(grown('longshore_reports_total{answer="duplicate"}')).toBe(1);
  expect(grown('longshore_file_errors_total{class="unavailable"}')).toBe(1);
  expect(grown('longshore_file_errors_total{class="other"}')).toBe(1);
  expect(
    value(after, 'longshore_oldest_waiting_seconds{operation="noop",step="1"}'),
  ).toBeGreaterThanOrEqual(0);
});
