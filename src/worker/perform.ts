import type { Logger } from "pino";
import { InputError } from "../inputs/input-error.ts";
import type { LocalFile } from "../inputs/local.ts";
import {
  noProgramClass,
  notStartedClass,
  type Task,
  type TaskError,
  type TaskOutcome,
  type WorkerOperation,
} from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { explained, inWords } from "../system-problem.ts";
import { contentOf } from "./content.ts";
import { deviceErrorOf, isStorageError } from "./storage-error.ts";
import { openTaskContext, type TaskContextSettings } from "./task-context.ts";
import { tooLargeForDisk } from "./too-large-for-disk.ts";
import { UploadError } from "./upload-error.ts";

/** A report that the worker still judges: its error may say `here`. */
export type Performed = Omit<Report, "error"> & { error?: TaskError | undefined };

/** Performs one task. What the operation throws fails the try, never the worker. */
export async function perform(
  operation: WorkerOperation,
  task: Task,
  signal: AbortSignal,
  settings: TaskContextSettings,
  log: Logger,
): Promise<Performed> {
  if (task.barred?.dataset !== undefined) return barredOf(task, task.barred.dataset);
  const report = await performOnce(operation, task, signal, settings, log);
  const tooLarge =
    report.status === "given_back" && (await tooLargeForDisk(report.error, settings.scratch));
  return tooLarge ? retryOf(task, tooLarge) : report;
}

async function performOnce(
  operation: WorkerOperation,
  task: Task,
  signal: AbortSignal,
  settings: TaskContextSettings,
  log: Logger,
): Promise<Performed> {
  const opened = openTaskContext(task, signal, settings);
  const { context, lastInput, scratchError, close } = opened;
  try {
    const outcome = await operation.perform(task, context).catch(ofInput);
    if (outcome.status === "success") {
      const input = await opened.inputRead();
      return { ...keyOf(task), ...outcome, ...(input && { input }) };
    }
    const error = (await scratchError()) ?? outcome.error;
    if (isOfWorker(error)) return givenBackOf(task, error);
    return { ...keyOf(task), ...(await withContent(outcome, operation, lastInput())) };
  } catch (error) {
    log.warn({ err: error, task: task.task }, "a task was not performed");
    const reason = deviceErrorOf(error, settings.scratch) ?? (await scratchError());
    return reportOfThrown(task, error, reason ?? spawnError(error));
  } finally {
    await close();
  }
}

/** An operation may let errors of its input through: only what may go away is tried again. */
function ofInput(error: unknown): TaskOutcome {
  if (!(error instanceof InputError)) throw error;
  const { class: faultClass, message, here } = error;
  const status = faultClass === "unavailable" ? "retry" : "failure";
  return { status, error: { class: faultClass, message, here } };
}

function reportOfThrown(task: Task, error: unknown, reason: TaskError | undefined): Report {
  if (reason && isOfWorker(reason)) return givenBackOf(task, reason);
  if (reason) return retryOf(task, reason);
  if (error instanceof UploadError)
    return retryOf(task, { class: "unavailable", message: error.message });
  return retryOf(task, { class: "internal", message: `${explained(error)}.` });
}

/** Several files must agree that the settings are wrong, and copies of one file are one. */
async function withContent(
  outcome: TaskOutcome,
  { failFastClasses = [] }: WorkerOperation,
  input: LocalFile | undefined,
): Promise<TaskOutcome> {
  if (outcome.status !== "failure" || !input) return outcome;
  if (!failFastClasses.includes(outcome.error.class)) return outcome;
  // An input that cannot be read again counts as a content of its own
  const content = await contentOf(input).catch(() => undefined);
  return { ...outcome, error: { ...outcome.error, content } };
}

/** What keeps this worker from any file of the operation. The file is given back. */
export function isOfWorker(error: TaskError): boolean {
  return isStorageError(error) || error.class === noProgramClass;
}

/** At the system's limits no process can be started; or its program is not there. */
function spawnError(error: unknown): TaskError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall?.startsWith("spawn") ? noProgram(`${inWords(error)}.`) : undefined;
}

export function noProgram(reason: string): TaskError {
  return { class: noProgramClass, message: `The worker cannot start a program: ${reason}` };
}

export function retryOf(task: Task, error: TaskError): Report {
  return { ...keyOf(task), status: "retry", error };
}

export function givenBackOf(task: Task, error: TaskError): Report {
  return { ...keyOf(task), status: "given_back", error };
}

function barredOf(task: Task, message: string): Report {
  return { ...keyOf(task), status: "failure", error: { class: "forbidden", message } };
}

/** For a reason of the worker: it costs no try, and other workers may have the file. */
export function declined(message: string): TaskError {
  return { class: "given_back", message };
}

/** For another worker, since the files before it take long. It counts for nothing. */
export function notStartedOf(task: Task): Report {
  const message = "Other files of the same claim took long, and this one had not begun.";
  return { ...keyOf(task), status: "given_back", error: { class: notStartedClass, message } };
}

function keyOf({ request, file, step, attempt }: Task) {
  return { request, file, step, attempt, at: new Date().toISOString() };
}
