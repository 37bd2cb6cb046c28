import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Task, TaskContext, TaskError, TaskOutcome } from "../contract.ts";
import type { Generator } from "./job.ts";
import { readReplicas } from "./read-replicas.ts";
import type { BuiltInSettings } from "./settings.ts";

type TransformTask = Task<BuiltInSettings>;

/** Writes the result of the first replica that can be read, and uploads it. */
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
  const { selection, format, decimals, read } = task.settings;
  const output = join(context.scratch, "output");
  const file = {
    locations: task.inputs.length > 0 ? task.inputs : task.replicas,
    namedPath: task.replicas[0],
    read,
  };
  const outcome = await readReplicas(file, context, async (input) => {
    await rm(output, { force: true });
    return generator.run({
      owner: task.request,
      selection,
      input,
      output: { path: output, format, decimals },
      limits: context.limits,
      signal: context.signal,
    });
  });
  if ("error" in outcome) return failed(outcome.error, task, outcome.settled);
  const result = await context.upload(place, output);
  const details = { rows: outcome.rows };
  return {
    status: "success",
    results: [{ ...result, details, read_as: { ...outcome.readAs } }],
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
