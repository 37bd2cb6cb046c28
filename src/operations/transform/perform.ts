import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { InputError, nameOf } from "../../inputs/input-error.ts";
import type { Task, TaskContext, TaskError, TaskOutcome } from "../contract.ts";
import { generators } from "./generator.ts";
import { inputKindOf } from "./input-kind.ts";
import type { TransformSettings } from "./settings.ts";

type TransformTask = Task<TransformSettings>;

/** Tries the replicas in their order; a fault of the input goes on to the next, a fault of the query does not. */
export async function performTransform(
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
  const faults: TaskError[] = [];
  for (const location of task.inputs.length > 0 ? task.inputs : task.replicas) {
    const output = join(context.scratch, "output");
    const fault = await runOn(location, output, task, context);
    if (!fault) return { status: "success", results: [await context.upload(place, output)] };
    if (!inputFaults.includes(fault.class)) return failed(fault, task);
    faults.push(fault);
  }
  return failed(together(faults), task);
}

const inputFaults = ["bad_input", "not_found", "forbidden", "unavailable"];

async function runOn(
  location: string,
  output: string,
  task: TransformTask,
  context: TaskContext,
): Promise<TaskError | undefined> {
  try {
    const { path } = await context.fetchInput(location);
    const kind = await inputKindOf(nameOf(location), path);
    if (!kind)
      return {
        class: "bad_input",
        message: `${nameOf(location)} is neither Parquet nor CSV nor JSON.`,
      };
    // DuckDB takes *, ? and [ in a name for a pattern, so the file is read under a plain one
    const input = join(context.scratch, `input${kind}`);
    await mkdir(context.scratch, { recursive: true });
    await Promise.all([rm(input, { force: true }), rm(output, { force: true })]);
    await symlink(path, input);
    const { settings } = task;
    return await generators[settings.generator].run({
      owner: task.request,
      selection: settings.selection,
      input: { path: input, kind, name: nameOf(location) },
      output: { path: output, format: settings.format },
      limits: context.limits,
      signal: context.signal,
    });
  } catch (error) {
    if (error instanceof InputError) return { class: error.class, message: error.message };
    throw error;
  }
}

/** One fault for all replicas: worth another try when one of them was only unavailable. */
function together(faults: TaskError[]): TaskError {
  const first = faults[0] ?? { class: "bad_input", message: "The file has no replica to read." };
  if (faults.length <= 1) return first;
  const telling = faults.find((fault) => fault.class === "unavailable") ?? first;
  return {
    class: telling.class,
    message: `None of ${faults.length} replicas could be read: ${faults.map((fault) => fault.message).join(" ")}`,
  };
}

/** What may be gone the next time is worth another try; a time limit is tried twice, the machine may have been busy. */
function failed(error: TaskError, task: TransformTask): TaskOutcome {
  const again =
    error.class === "unavailable" ||
    error.class === "internal" ||
    (error.class === "timeout" && task.attempt < 2);
  return { status: again ? "retry" : "failure", error };
}
