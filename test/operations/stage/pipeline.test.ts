// A request of the steps stage and transform with real workers: by /v1, the TypeScript client and
// the command line.
import { truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Longshore, type Submit } from "../../../src/client/index.ts";
import { violationsOf } from "../../facades/servicex/violations.ts";
import { runCliInside } from "../../support/cli-inside.ts";
import { type Service, startService } from "../../support/service.ts";
import { until } from "../../support/wait.ts";
import { makeTape, type Tape } from "./tape.ts";

let tape: Tape;
let service: Service;
let client: Longshore;
beforeEach(async () => {
  tape = makeTape();
  service = await startService({
    ...tape.env,
    INPUT_ROOTS: tape.root,
    OPERATIONS: "noop,stage,transform",
    LOCAL_WORKERS: "1",
    FILE_ATTEMPTS: "2",
  });
  client = new Longshore({ url: service.url });
});
afterEach(async () => {
  expect(await violationsOf(service)).toEqual([]);
  await service.remove();
  tape.remove();
});

const rows = 2000;
const count = { selection: "select count(*) as n from input", format: "csv" } as const;
const steps: Submit["steps"] = [{ operation: "stage" }, { operation: "transform", ...count }];

/** Tables of `rows` lines, on tape. */
function put(names: string[], file: object = {}): string[] {
  const paths = tape.put(names, file);
  const text = `x\n${Array.from({ length: rows }, (_, at) => at).join("\n")}\n`;
  for (const path of paths) writeFileSync(path, text);
  return paths;
}

/** As a file system does that moves data to tape: the size stays, the blocks are freed. */
function evict(path: string): void {
  truncateSync(path, 0);
  truncateSync(path, 9000);
  tape.change(({ files }) => {
    files[path] = { state: "M" };
  });
}

const countersOf = async (id: string) => (await client.get(id)).counters;
const ended = (id: string) =>
  until(async () => {
    const request = await client.get(id);
    return request.finished_at === null ? undefined : request;
  });

test("the first file is transformed while the rest is on tape; one that fails never reaches it", async () => {
  const [first = "", ...rest] = put(["a.csv", "b.csv", "c.csv"]);
  const [bad = ""] = put(["bad.csv"], { fail: "GLESL401E", tapes: ["JD0002JD@POOL@lib1"] });
  tape.set({ HELD: rest });
  const { id } = await client.submit({ dataset: { files: [first, ...rest, bad] }, steps });
  await until(async () => (await countersOf(id)).done === 1);
  expect(await countersOf(id)).toMatchObject({ done: 1, running: 3 });
  for await (const result of client.results(id))
    expect(result).toMatchObject({ input: first, step: 2 });
  tape.set({ HELD: [] });
  const view = await ended(id);
  expect(view).toMatchObject({ state: "complete", counters: { done: 3, failed: 1 } });
  expect(view.steps).toMatchObject([
    { operation: "stage", passed: 3, failed: 1 },
    { operation: "transform", done: 3, failed: 0 },
  ]);
  const [failed] = (await client.files(id, { state: "failed" })).items;
  expect(failed).toMatchObject({ paths: [bad], step: 1, error: { class: "recall_failed" } });
  const { history } = await client.file(id, failed?.file ?? 0);
  expect(history.map(({ step }) => step)).not.toContain(2);

  tape.change(({ files }) => {
    files[bad] = { state: "M" };
  });
  await client.redrive(id);
  expect(await ended(id)).toMatchObject({ round: 2, counters: { done: 4 } });
  // Twice as it failed, once more for the redrive; the others not again.
  expect(tape.timesRecalled()).toEqual(
    new Map([...[first, ...rest].map((path) => [path, 1] as const), [bad, 3]]),
  );
});

test("a file that was migrated before it was read goes back a step, and is recalled again", async () => {
  const [path = ""] = put(["a.csv"], { state: "P" });
  evict(path);
  // The tape system has recalled it by its own words, and a policy has migrated it at once.
  tape.change(({ files }) => {
    files[path] = { state: "P" };
  });
  const { id } = await client.submit({ dataset: { files: [path] }, steps });
  await until(async () => {
    const { history } = await client.file(id, (await client.files(id)).items[0]?.file ?? 0);
    return history.some(({ status }) => status === "gone_back");
  });
  put(["a.csv"], { state: "P" });
  expect(await ended(id)).toMatchObject({ counters: { done: 1 } });
});

test("a file that is never there when it is read fails after as many returns as files have tries", async () => {
  const [path = ""] = put(["a.csv"]);
  evict(path);
  tape.change(({ files }) => {
    files[path] = { state: "P" };
  });
  const { id } = await client.submit({ dataset: { files: [path] }, steps });
  expect(await ended(id)).toMatchObject({ counters: { failed: 1 } });
  const [failed] = (await client.files(id)).items;
  expect(failed).toMatchObject({ step: 2, error: { class: "not_on_disk" } });
  const { history } = await client.file(id, failed?.file ?? 0);
  expect(history.filter(({ status }) => status === "gone_back")).toHaveLength(2);
});

test("a file of holes is read by a step that no service operation comes before", async () => {
  const [path = ""] = put(["a.csv"]);
  evict(path);
  const { id } = await client.submit({
    dataset: { files: [path] },
    steps: [{ operation: "noop" }, { operation: "transform", ...count }],
  });
  await ended(id);
  const [file] = (await client.files(id)).items;
  // Its zeros are no table.
  expect(file?.error?.class).not.toBe("not_on_disk");
  const { history } = await client.file(id, file?.file ?? 0);
  expect(history.filter(({ status }) => status === "gone_back")).toEqual([]);
});

test("by the command line: submitted, canceled in the middle, and the recall ends with it", async () => {
  const [first = "", ...rest] = put(["a.csv", "b.csv", "c.csv"]);
  tape.set({ HELD: rest });
  const longshore = (...args: string[]) =>
    runCliInside(args, { cwd: tape.root, env: { LONGSHORE_URL: service.url } });
  const submitted = await longshore(
    ...["submit", "--files", first, ...rest, "--steps", JSON.stringify(steps), "--json"],
  );
  expect(submitted).toMatchObject({ code: 0 });
  const { id } = JSON.parse(submitted.stdout) as { id: string };
  await until(async () => (await countersOf(id)).done === 1);
  const shown = await longshore("show", id);
  expect(shown.stdout).toContain("2 of 2 files are being recalled");
  expect((await longshore("cancel", id)).code).toBe(0);
  expect(await ended(id)).toMatchObject({ state: "canceled", counters: { done: 1, canceled: 2 } });
  await until(() => Object.values(tape.state().tasks).every(({ running }) => !running));
  tape.set({ HELD: [] });
});
