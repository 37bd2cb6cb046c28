import pRetry, { type Options } from "p-retry";
import type { Logger } from "pino";
import {
  noAccessClass,
  type Task,
  type TaskError,
  type WorkerOperation,
} from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { type Alone, makeAlone } from "./alone/index.ts";
import { type Claims, makeClaims } from "./claims.ts";
import type { HeldLeases } from "./held-leases.ts";
import type { InputAccess } from "./input-access.ts";
import { declined, givenBackOf, isOfWorker, notStartedOf, perform } from "./perform.ts";
import { makeRefusedWork, type RefusedWork } from "./refused-work.ts";
import type { ReportBuffer } from "./report-buffer.ts";
import { makeStorageGate, type StorageGate } from "./storage-gate.ts";
import type { TaskContextSettings } from "./task-context.ts";
import { RejectedError, type WorkApi } from "./work-api.ts";

export interface WorkerLoop {
  operation: WorkerOperation;
  request?: string | undefined;
  api: WorkApi;
  heldLeases: HeldLeases;
  reportBuffer: ReportBuffer;
  settings: TaskContextSettings;
  access: InputAccess;
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
/** What has not begun after this part of its lease, or some seconds, goes to other workers. */
const partOfLease = 10;
const leastKeepMilliseconds = 5000;
const mostUnsent = 2000;

/**
 * Claims, performs and reports files of one operation, one after the other, until it is retired.
 */
export async function runLoop(loop: WorkerLoop): Promise<void> {
  const { retire, reportBuffer } = loop;
  const alone = makeAlone();
  const gate = makeStorageGate(loop.settings.scratch);
  const wanted = { operations: [loop.operation.name], request: loop.request };
  const refused = makeRefusedWork();
  const own: Own = { alone, gate, refused, claims: makeClaims(loop.api, wanted, refused) };
  let max = 1;
  try {
    while (!retire.aborted) {
      await reportBuffer.atMost(mostUnsent, retire);
      if (await gate.pass(retire)) max = 1;
      try {
        max = await pRetry(() => claimAndPerform(loop, own, max), backOff(loop));
      } catch (error) {
        if (!retire.aborted) throw error;
      }
    }
    await giveBackLost(loop, own);
  } finally {
    alone.close();
  }
}

/** Without end, except where the service refuses the claim itself. */
function backOff({ retire, log }: WorkerLoop): Options {
  return {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 100,
    maxTimeout: 5000,
    randomize: true,
    signal: retire,
    shouldRetry: ({ error }) => !(error instanceof RejectedError),
    onFailedAttempt({ error, attemptNumber }) {
      if (attemptNumber === 1 && !retire.aborted)
        log.warn({ err: error }, "claiming work failed; trying again");
    },
  };
}

interface Own {
  alone: Alone;
  gate: StorageGate;
  refused: RefusedWork;
  claims: Claims;
}

/** Returns how many files to claim next. */
async function claimAndPerform(loop: WorkerLoop, own: Own, max: number): Promise<number> {
  const tasks = await own.claims.take(max, loop.retire);
  if (tasks.length === 0) return max;
  loop.onWork();
  const started = performance.now();
  const performed = await performAll(loop, own, tasks);
  return nextMax(performed, max, performance.now() - started);
}

/** What a last claim has started goes to other workers at once. */
async function giveBackLost({ heldLeases, reportBuffer, log }: WorkerLoop, { claims }: Own) {
  try {
    for (const task of await claims.takeLost()) {
      heldLeases.add(task);
      reportBuffer.add(task.task, notStartedOf(task));
    }
  } catch (error) {
    // Nothing listens: usually the service was stopped together with its workers.
    const { code } = error as NodeJS.ErrnoException;
    const level = code === "ECONNREFUSED" ? "debug" : "warn";
    log[level]({ err: error }, "the last claim has no answer; what it started waits for its lease");
  }
}

/** Returns how many it performed; the others were given back. */
async function performAll(loop: WorkerLoop, own: Own, tasks: Task[]): Promise<number> {
  const { heldLeases, reportBuffer, giveBack } = loop;
  const before = own.gate.problem();
  const held = tasks.map((task) => ({ task, signal: heldLeases.add(task) }));
  const unstarted = new Set(tasks);
  let performed = 0;
  const clock = setTimeout(() => giveBackRest(loop, unstarted), keepMilliseconds(tasks));
  for (const { task, signal } of held) {
    if (!unstarted.delete(task)) continue;
    const report = await reportOf(loop, own, { task, signal, before });
    if (!heldLeases.isWanted(task)) heldLeases.remove(task.task);
    else
      reportBuffer.add(
        task.task,
        giveBack.aborted && report.status !== "success" ? givenBackOf(task, stopped) : report,
      );
    performed++;
  }
  clearTimeout(clock);
  return performed;
}

function keepMilliseconds([task]: Task[]): number {
  return Math.max(leastKeepMilliseconds, ((task?.lease_seconds ?? 0) * 1000) / partOfLease);
}

/** A claim of 500 files after quick ones would keep slow files from idle workers for minutes. */
function giveBackRest({ heldLeases, reportBuffer }: WorkerLoop, unstarted: Set<Task>): void {
  for (const task of unstarted) {
    if (heldLeases.isWanted(task)) reportBuffer.add(task.task, notStartedOf(task));
    else heldLeases.remove(task.task);
  }
  unstarted.clear();
}

/** `before`: the problem of the storage that was known when the task was claimed. */
async function reportOf(
  loop: WorkerLoop,
  own: Own,
  { task, signal, before }: { task: Task; signal: AbortSignal; before: TaskError | undefined },
): Promise<Report> {
  if (signal.aborted) return givenBackOf(task, stopped);
  const problem = own.gate.problem();
  if (problem && problem !== before) return givenBackOf(task, problem);
  return performOne(loop, own, task, signal);
}

async function performOne(
  loop: WorkerLoop,
  own: Own,
  task: Task,
  signal: AbortSignal,
): Promise<Report> {
  const report = await judged(loop, own, task, signal);
  if (report.error?.class === noAccessClass) refuse(loop, own, task, report.error);
  else if (report.status !== "given_back") own.gate.open();
  else if (report.error && isOfWorker(report.error)) own.gate.close(report.error);
  if (report.status === "success") own.refused.remove(task);
  return report;
}

async function judged(
  { operation, settings, access, log }: WorkerLoop,
  { alone }: Own,
  task: Task,
  signal: AbortSignal,
): Promise<Report> {
  const once = () =>
    task.alone
      ? alone.perform({ task, settings, logLevel: log.level }, signal)
      : perform(operation, task, signal, settings, log);
  let report = await once();
  if (report.error?.here && (await access.hasChanged())) report = await once();
  return access.judge(task, report);
}

function refuse({ log }: WorkerLoop, { refused }: Own, task: Task, { message }: TaskError): void {
  if (!refused.add(task)) return;
  const { request, step } = task;
  log.warn(
    { request, step, reason: message },
    "this worker may not read an input; it gives the file back, and asks for this request later",
  );
}

const stopped = declined("The worker was stopped before it had finished this file.");

/** At most doubles: one quick file says little about the next. */
function nextMax(performed: number, max: number, milliseconds: number): number {
  const fitting = Math.floor(batchMilliseconds / (milliseconds / performed));
  return Math.max(1, Math.min(fitting, max * 2, mostTasks));
}
