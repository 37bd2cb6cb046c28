import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { Operation, Task, TaskError, TaskOutcome } from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { openTaskContext, type TaskContextSettings } from "./task-context.ts";
import { UploadError } from "./upload.ts";

/** Performs one task to its end; whatever is thrown is a try that failed, and never the worker's end. */
export async function perform(
  operation: Operation | undefined,
  task: Task,
  signal: AbortSignal,
  settings: TaskContextSettings,
  log: Logger,
): Promise<Report> {
  if (!operation)
    return retryOf(task, {
      class: "internal",
      message: `This worker does not know the operation ${task.operation}.`,
    });
  const { context, close } = openTaskContext(task, signal, settings);
  try {
    return reportOf(task, await performToTheEnd(operation, task, context));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ err: error, task: task.task }, "a task was not performed");
    return retryOf(task, {
      class: error instanceof UploadError ? "unavailable" : "internal",
      message,
    });
  } finally {
    await close();
  }
}

/** An operation that asks to be asked again keeps its lease meanwhile. */
async function performToTheEnd(
  operation: Operation,
  task: Task,
  context: Parameters<Operation["perform"]>[1],
) {
  for (;;) {
    const outcome = await operation.perform(task, context);
    if (!("askAgainInSeconds" in outcome)) return outcome;
    await wait(outcome.askAgainInSeconds * 1000, undefined, { signal: context.signal });
  }
}

function reportOf(
  task: Task,
  outcome: Exclude<TaskOutcome, { askAgainInSeconds: number }>,
): Report {
  return { ...keyOf(task), ...outcome };
}

export function retryOf(task: Task, error: TaskError): Report {
  return { ...keyOf(task), status: "retry", error };
}

function keyOf({ request, file, step, attempt }: Task) {
  return { request, file, step, attempt, at: new Date().toISOString() };
}
