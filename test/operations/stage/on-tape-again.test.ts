// A file that was migrated after `stage` had brought it, as workers see it.
import { truncateSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Task } from "../../../src/operations/contract.ts";
import { fetchHereOrThroughService } from "../../../src/worker/through-service.ts";
import { openStageSuite, type StageSuite } from "./suite.ts";

let suite: StageSuite;
beforeEach(async () => {
  suite = await openStageSuite("in the scheduler");
});
afterEach(() => suite.close());

/** The task of the second step, of a file that has no data on disk by then. */
async function taskAfter(operation: string): Promise<Task> {
  const { api, tape } = suite;
  const files = tape.put(["a.nc"], { state: "P" });
  const id = await suite.submit(files, [{ operation }, { operation: "noop" }]);
  const [task] = await api.ledger.claim(1, { request: id });
  if (operation === "stage" && task) return evicted(task);
  if (!task) throw new Error("There was no task.");
  await api.ledger.report(task, "success");
  const [second] = await api.ledger.claim(1, { request: id });
  if (!second) throw new Error("There was no second task.");
  return evicted(second);
}

function evicted(task: Task): Task {
  const [path = ""] = task.replicas;
  truncateSync(path, 0);
  truncateSync(path, 9000);
  return task;
}

/** Read by a worker of another host. */
const read = (task: Task) =>
  fetchHereOrThroughService(
    task.replicas[0] ?? "",
    task,
    {
      folders: { roots: [], closed: [] },
      hosts: [],
      trusted: [],
      megabytes: 1,
      scratch: suite.tape.folder,
      signal: AbortSignal.timeout(10_000),
    },
    { url: suite.api.url, worker: "w" },
  );

test("the service does not wait for tape when a worker elsewhere reads through it", async () => {
  const task = await taskAfter("stage");
  expect(task).toMatchObject({ step: 2, from_service: true });
  await expect(read(task)).rejects.toMatchObject({ class: "not_on_disk", here: false });
});

test("a file of holes that no service operation brought is read", async () => {
  const task = await taskAfter("noop");
  expect(task.step).toBe(2);
  expect(task).not.toHaveProperty("from_service");
  expect(await read(task)).toMatchObject({ size: 9000 });
});
