import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { WorkerOperation } from "../../src/operations/contract.ts";
import { type Api, openApi } from "../support/api.ts";

/** Makes two objects of each file. */
const split: WorkerOperation = {
  name: "split",
  runsIn: "worker",
  summary: "Makes two objects of each file.",
  settings: z.strictObject({}),
  example: { settings: {} },
  outputs: (_, { replicas: [path = ""] }) => [`${path.length}.head`, `${path.length}.tail`],
  perform: async () => ({ status: "success", results: [] }),
};

let api: Api;
beforeAll(async () => {
  api = await openApi({ operations: [split] });
});
afterAll(() => api.close());

test("a task has an upload for each object, the first of them as `upload`, and each counts", async () => {
  const { ledger } = api;
  const id = await ledger.submit(1, { steps: ["split", "noop"] });
  const answer = await api.post("/v1/work/claim", { worker: "w", request: id, wait_seconds: 30 });
  const [task] = (answer.json() as { tasks: Claimed[] }).tasks;
  if (!task) throw new Error("no task");
  const names = task.uploads.map(({ name }) => name);
  expect(names).toEqual([`${task.file}-1-1-15.head`, `${task.file}-1-1-15.tail`]);
  expect(task.upload).toEqual(task.uploads[0]);
  expect(new Set(task.uploads.map(({ url }) => url)).size).toBe(2);
  const results = await Promise.all(
    names.map(async (name) => ({
      name,
      size: (await ledger.ctx.store.put(id, name, Buffer.from(name))).size,
    })),
  );
  const report = { request: id, file: task.file, step: 1, attempt: 1, status: "success", results };
  const recorded = await api.post("/v1/work/reports", { worker: "w", reports: [report] });
  expect(recorded.json()).toEqual({ answers: ["recorded"] });
  const [next] = await ledger.claim(1, { request: id });
  expect(next?.inputs.map((url) => new URL(url).pathname.split("/").at(-1))).toEqual(names);
});

interface Claimed {
  file: number;
  uploads: { name: string; method: string; url: string }[];
  upload: { name: string } | null;
}
