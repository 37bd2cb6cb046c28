import { rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError, nameOf } from "../../inputs/input-error.ts";
import type { Task, TaskContext, TaskError, TaskOutcome } from "../contract.ts";
import type { Generator, JobOutcome } from "./job.ts";
import { prepareInput } from "./prepare-input.ts";
import type { TransformSettings } from "./settings.ts";

type TransformTask = Task<TransformSettings>;

/**
 * Tries the replicas in their order: after an error of the input comes the next, after an error of
 * the query none.
 */
export async function performTransform(
  generator: Generator,
  task: TransformTask,
  context: TaskContext,
): Promise<TaskOutcome> {
  const [place] = task.uploads;
  if (!place)
    return failed(
      { class: "internal", message: "The task does not say where its result goes." },
      task,
    );
  if (task.inputs.length > 1) {
    return failed(
      {
        class: "bad_input",
        message: `The step before made ${task.inputs.length} objects of this file; transform reads one.`,
      },
      task,
    );
  }
  const errors: TaskError[] = [];
  for (const location of task.inputs.length > 0 ? task.inputs : task.replicas) {
    const output = join(context.scratch, "output");
    const outcome = await runOn(generator, location, output, task, context);
    if ("readAs" in outcome) {
      const result = await context.upload(place, output);
      const details = { rows: outcome.rows };
      return {
        status: "success",
        results: [{ ...result, details, read_as: { ...outcome.readAs } }],
      };
    }
    if (!inputErrors.includes(outcome.error.class))
      return failed(outcome.error, task, outcome.settled);
    errors.push(outcome.error);
  }
  return failed(together(errors), task);
}

const inputErrors = ["bad_input", "not_found", "forbidden", "unavailable"];

async function runOn(
  generator: Generator,
  location: string,
  output: string,
  task: TransformTask,
  context: TaskContext,
): Promise<JobOutcome> {
  try {
    const { path } = await context.fetchInput(location);
    const { settings } = task;
    const input = await prepareInput({
      name: nameOf(location),
      namedPath: nameOf(task.replicas[0] ?? location),
      path,
      read: settings.read ?? {},
      scratch: context.scratch,
      largestText: context.limits.outputMegabytes * 1024 * 1024,
    });
    if (typeof input === "string") return { error: { class: "bad_input", message: input } };
    await rm(output, { force: true });
    return await generator.run({
      owner: task.request,
      selection: settings.selection,
      input,
      output: { path: output, format: settings.format, decimals: settings.decimals },
      limits: context.limits,
      signal: context.signal,
    });
  } catch (error) {
    if (error instanceof InputError)
      return { error: { class: error.class, message: error.message, here: error.here } };
    throw error;
  }
}

/**
 * One error for all replicas: for another worker where that may read one of them, else worth
 * another try when one was only unavailable.
 */
function together(errors: TaskError[]): TaskError {
  const first = errors[0] ?? { class: "bad_input", message: "The file has no replica to read." };
  if (errors.length <= 1) return first;
  const deciding =
    errors.find((error) => error.here) ??
    errors.find((error) => error.class === "unavailable") ??
    first;
  return {
    class: deciding.class,
    here: deciding.here,
    message: `None of ${errors.length} replicas could be read: ${errors.map((error) => error.message).join(" ")}`,
  };
}

/**
 * What may work the next time is worth another try. A time-out is tried twice where the machine may
 * have been busy, and once where the query had it to itself.
 */
function failed(error: TaskError, task: TransformTask, settled = false): TaskOutcome {
  const again =
    error.class === "unavailable" ||
    error.class === "internal" ||
    (error.class === "timeout" && task.attempt < 2 && !settled);
  return { status: again ? "retry" : "failure", error };
}
