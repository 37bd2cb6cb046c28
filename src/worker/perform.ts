import type { Logger } from "pino";
import type { Task, TaskError, WorkerOperation } from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { openTaskContext, type TaskContextSettings } from "./task-context.ts";
import { UploadError } from "./upload.ts";

/** Performs one task. What the operation throws fails the try, never the worker. */
export async function perform(
  operation: WorkerOperation,
  task: Task,
  signal: AbortSignal,
  settings: TaskContextSettings,
  log: Logger,
): Promise<Report> {
  const { context, close } = openTaskContext(task, signal, settings);
  try {
    return { ...keyOf(task), ...(await operation.perform(task, context)) };
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

export function retryOf(task: Task, error: TaskError): Report {
  return { ...keyOf(task), status: "retry", error };
}

function keyOf({ request, file, step, attempt }: Task) {
  return { request, file, step, attempt, at: new Date().toISOString() };
}
