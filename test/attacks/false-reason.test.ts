// Somebody writes the reason that a user will read under a failed file, without being the worker
// that has the file.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";

let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX({ LEASE_SECONDS: "2" });
});
afterAll(async () => {
  expect(await servicex.violations()).toEqual([]);
  await servicex.remove();
});

interface Given {
  id: string;
  file: number;
  attempt: number;
}

async function given(): Promise<Given> {
  const id = await servicex.submit({
    codegen: "noop",
    "file-list": [`root://host//${Date.now()}`],
  });
  return claim(id);
}

async function claim(id: string): Promise<Given> {
  const wanted = { worker: "w", request: id, max: 1, wait_seconds: 20 };
  const { body } = await servicex.call("POST", "/v1/work/claim", wanted);
  const [task] = body.tasks;
  if (!task) throw new Error("no task");
  return { id, file: task.file, attempt: task.attempt };
}

function addressOf({ id, file, attempt }: Given, end: string): string {
  const token = servicex.token({ request: id, step: 1, file, attempt });
  return `/servicex/internal/w/${token}/transformation/${id}/${end}`;
}

const note = (info: string) => ({ "status-code": "failure", "pod-name": "pod-1", info });

/** The reason under which the file ends, as its user reads it. */
async function reasonOf(task: Given): Promise<string | undefined> {
  const failure = { "file-id": task.file, status: "failure", "file-path": "x" };
  await servicex.call("PUT", addressOf(task, "file-complete"), failure);
  await servicex.reached(task.id, "Complete");
  const { body } = await servicex.call("GET", `/servicex/transformation/${task.id}/errors`);
  return body.errors[0]?.info;
}

/** Where no log of a container is to be had; the second comes when that was looked for. */
const noReason = new RegExp(
  "^The worker reported a failure and gave no reason\\.$|" +
    "^sidecar: The worker reported a failure; its pod is gone, and so is its log\\.$",
);

test("a forged token is refused, and its words reach nobody", async () => {
  const task = await given();
  const path = addressOf(task, `${task.file}/status`);
  for (const forged of [path.replace("/w/", "/w/A"), path.replace(/\/w\/[^/]+/, "/w/none")]) {
    const answer = await servicex.call("POST", forged, note("the data of Ann are false"));
    expect(answer.status).toBe(401);
  }
  expect(await reasonOf(task)).toMatch(noReason);
});

test("a token writes under no other file and no other request", async () => {
  const [task, other] = [await given(), await given()];
  const own = addressOf(task, `${task.file}/status`);
  for (const foreign of [
    addressOf(task, `${other.file}/status`),
    own.replace(`/${task.id}/`, `/${other.id}/`),
  ])
    expect((await servicex.call("POST", foreign, note("false"))).status).toBe(403);
  expect(await reasonOf(other)).toMatch(noReason);
  expect(await reasonOf(task)).toMatch(noReason);
});

test("a token whose attempt is over changes nothing, and is answered as a superseded report", async () => {
  const first = await given();
  // The first worker sends no heartbeat, and a second one gets the file.
  const second = await claim(first.id);
  expect(second.attempt).toBeGreaterThan(first.attempt);
  const write = async (task: Given, info: string) =>
    (await servicex.call("POST", addressOf(task, `${task.file}/status`), note(info))).text;
  expect(await write(second, "the branch is missing")).toBe('"Ok"');
  expect(await write(first, "false")).toBe('"Ignoring duplicate result report"');
  expect(await reasonOf(second)).toBe("the branch is missing");
  expect(await write(second, "false")).toBe('"Ignoring duplicate result report"');
});
