import { InputError, nameOf } from "../../inputs/input-error.ts";
import type { TaskContext, TaskError } from "../contract.ts";
import type { JobFailure, LocalInput } from "./job.ts";
import { prepareInput } from "./prepare-input.ts";
import type { ReadSettings } from "./read-settings.ts";

export interface ReplicatedFile {
  /** in order of preference */
  locations: readonly string[];
  /** the path that the user named first; default: the location that is read */
  namedPath: string | undefined;
  read: ReadSettings | undefined;
}

type ReadContext = Pick<TaskContext, "fetchInput" | "limits" | "scratch">;

/**
 * Tries the replicas in their order: after an error of the input comes the next, after an error of
 * the query none.
 */
export async function readReplicas<Done extends object>(
  file: ReplicatedFile,
  context: ReadContext,
  work: (input: LocalInput) => Promise<JobFailure | Done>,
): Promise<JobFailure | (Done & { location: string })> {
  const errors: TaskError[] = [];
  for (const location of file.locations) {
    const outcome = await readOne(location, file, context, work);
    if (!("error" in outcome)) return { ...outcome, location };
    if (!inputErrors.includes(outcome.error.class)) return outcome;
    errors.push(outcome.error);
  }
  return { error: together(errors) };
}

const inputErrors = ["bad_input", "not_found", "forbidden", "unavailable"];

async function readOne<Done extends object>(
  location: string,
  { namedPath, read }: ReplicatedFile,
  context: ReadContext,
  work: (input: LocalInput) => Promise<JobFailure | Done>,
): Promise<JobFailure | Done> {
  try {
    const { path } = await context.fetchInput(location);
    const input = await prepareInput({
      name: nameOf(location),
      namedPath: nameOf(namedPath ?? location),
      path,
      read: read ?? {},
      scratch: context.scratch,
      largestText: context.limits.outputMegabytes * 1024 * 1024,
    });
    if (typeof input === "string") return { error: { class: "bad_input", message: input } };
    return await work(input);
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
