import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "../callers.ts";
import type { Random } from "../random.ts";
import { type Key, keyOf, type Report, type Task } from "./reports.ts";

/** Files with this in their path fail often, so that there is something to redrive. */
export const failing = "/failing/";

const mostPuts = 5;

/** The true report of each task; a transform has a result in the store. */
export async function performAll(
  caller: Caller,
  tasks: readonly Task[],
  worker: string,
  random: Random,
): Promise<Report[]> {
  const reports: Report[] = [];
  for (const task of tasks) {
    const key = keyOf(task);
    const isGood = random.chance(task.replicas[0]?.includes(failing) ? 0.5 : 0.94);
    if (!isGood) reports.push(failureOf(key, random));
    else if (!task.upload) reports.push({ ...key, status: "success" });
    else reports.push(await withResult(caller, task, worker));
  }
  return reports;
}

function failureOf(key: Key, random: Random): Report {
  return {
    ...key,
    status: random.pick(["retry", "retry", "failure"] as const),
    error: {
      class: random.pick(["unavailable", "bad_input"]),
      message: `failure of ${key.file} at byte ${random.between(0, 1e6)}`,
    },
  };
}

/** A file whose result cannot be stored is given back, as our own workers do. */
async function withResult(caller: Caller, task: Task, worker: string): Promise<Report> {
  const key = keyOf(task);
  const content = `result of file ${task.file}\n`.repeat(200);
  const name = task.upload?.name ?? "";
  let problem = "";
  for (let put = 0; put < mostPuts; put++) {
    problem = await putResult(caller, task, content);
    if (problem === "") {
      const checksum = createHash("sha256").update(content).digest("hex");
      return { ...key, status: "success", results: [{ name, size: content.length, checksum }] };
    }
    await pause(200);
    // The file stays this worker's while it tries.
    await caller
      .call("/v1/work/heartbeat", { worker, tasks: [task.task] })
      .catch((error: Error) => error);
  }
  const message = `The result could not be stored: ${problem}`;
  return { ...key, status: "given_back", error: { class: "store", message } };
}

/** Returns the problem, or nothing once the object is stored. */
async function putResult(caller: Caller, task: Task, content: string): Promise<string> {
  // Signed for one service, it is valid at all: they share key and store.
  const { pathname, search } = new URL(task.upload?.url ?? "");
  try {
    const { ok, status, text } = await caller.attempt(pathname + search, {
      method: "PUT",
      body: content,
    });
    // 409: stored by an earlier PUT whose answer was lost
    return ok || status === 409 ? "" : `${status} ${text}`;
  } catch (error) {
    return String(error);
  }
}
