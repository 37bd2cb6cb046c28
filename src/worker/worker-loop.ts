import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { Task, WorkerOperation } from "../operations/contract.ts";
import type { HeldLeases } from "./held-leases.ts";
import { perform, retryOf } from "./perform.ts";
import type { ReportBuffer } from "./report-buffer.ts";
import type { TaskContextSettings } from "./task-context.ts";
import { RejectedError, type WorkApi } from "./work-api.ts";

export interface WorkerLoop {
  operation: WorkerOperation;
  request?: string | undefined;
  api: WorkApi;
  heldLeases: HeldLeases;
  reportBuffer: ReportBuffer;
  settings: TaskContextSettings;
  /** no more claims; the tasks it holds are finished */
  retire: AbortSignal;
  /** the tasks it holds are given back */
  giveBack: AbortSignal;
  /** called when a claim returned tasks */
  onWork(): void;
  log: Logger;
}

const mostTasks = 500;
/** Claims as many files as take about this long: tiny ones by the hundred, long ones one by one. */
const batchMilliseconds = 400;
const mostUnsent = 2000;
const longPollSeconds = 25;

/** Claims, performs and reports files of one operation, one after the other, until it is retired. */
export async function runLoop(loop: WorkerLoop): Promise<void> {
  let max = 1;
  let failures = 0;
  while (!loop.retire.aborted) {
    await loop.reportBuffer.atMost(mostUnsent, loop.retire);
    try {
      const tasks = await claim(loop, max);
      failures = 0;
      if (tasks.length === 0) continue;
      loop.onWork();
      const started = performance.now();
      await performAll(loop, tasks);
      max = nextMax(tasks.length, max, performance.now() - started);
    } catch (error) {
      if (loop.retire.aborted) return;
      if (error instanceof RejectedError) throw error;
      failures += 1;
      if (failures === 1) loop.log.warn({ err: error }, "claiming work failed; trying again");
      await pause(Math.min(100 * 2 ** failures, 5000) * (0.5 + Math.random() / 2), loop.retire);
    }
  }
}

async function claim(
  { api, operation, request, retire }: WorkerLoop,
  max: number,
): Promise<Task[]> {
  return api.claim({
    operations: [operation.name],
    request,
    max,
    waitSeconds: longPollSeconds,
    signal: retire,
  });
}

async function performAll(
  { operation, settings, heldLeases, reportBuffer, giveBack, log }: WorkerLoop,
  tasks: Task[],
): Promise<void> {
  const held = tasks.map((task) => ({ task, signal: heldLeases.add(task) }));
  for (const { task, signal } of held) {
    const report = signal.aborted
      ? givenBack(task)
      : await perform(operation, task, signal, settings, log);
    if (!heldLeases.isWanted(task)) heldLeases.remove(task.task);
    else
      reportBuffer.add(
        task.task,
        giveBack.aborted && report.status !== "success" ? givenBack(task) : report,
      );
  }
}

function givenBack(task: Task) {
  return retryOf(task, {
    class: "given_back",
    message: "The worker was stopped before it had finished this file.",
  });
}

/** At most doubles: one quick file says little about the next. */
function nextMax(performed: number, max: number, milliseconds: number): number {
  const fitting = Math.floor(batchMilliseconds / (milliseconds / performed));
  return Math.max(1, Math.min(fitting, max * 2, mostTasks));
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch((error: Error) => {
    if (!signal.aborted) throw error;
  });
}
