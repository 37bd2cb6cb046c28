import { stat } from "node:fs/promises";
import { UnavailableError } from "../../../errors.ts";
import type { CheckProblem, Generator, Job, JobOutcome } from "../job.ts";
import type { QueryRequest } from "./messages.ts";
import { makeQueryProcesses, type QueryProcesses } from "./processes.ts";

const checkSeconds = 10;
const checkMegabytes = 256;
/** Node and DuckDB around what a query may take. */
const programMegabytes = 300;
const mostWaitingChecks = 100;
/** Planning takes milliseconds but for a file made to hold the others up. */
const planningSeconds = 20;

/**
 * The built-in generator: DuckDB runs one SELECT of a user over the file, confined to a process of
 * its own.
 */
export function makeSqlGenerator(): Generator {
  const checking = makeQueryProcesses({ most: 1, mostWaiting: mostWaitingChecks });
  const running = makeQueryProcesses({ most: Number.POSITIVE_INFINITY, mostWaiting: 0 });
  return {
    check: (selection, input, output, seconds = checkSeconds) => {
      const request = {
        kind: "check" as const,
        sql: selection,
        threads: 1,
        memoryMegabytes: checkMegabytes,
        ...(input && { input }),
        ...(output && { output }),
      };
      return check(checking, request, Math.min(seconds, checkSeconds));
    },
    run: (job) => run(running, job),
  };
}

async function check(
  processes: QueryProcesses,
  request: Extract<QueryRequest, { kind: "check" }>,
  seconds: number,
): Promise<CheckProblem | undefined> {
  const { input } = request;
  const { failure, exceededIn } = await processes.ask("checks", request, {
    seconds,
    planningSeconds: seconds,
    residentMegabytes: checkMegabytes + programMegabytes,
  });
  if (!failure) return undefined;
  if (failure.class === "busy")
    throw new UnavailableError("Too many queries are being checked; try again in a moment.");
  // A file that cannot be read, or not in this time, fails or works later by itself
  const ofTheFile =
    exceededIn === "reading" || failure.class === "bad_input" || failure.class === "unavailable";
  if (input && ofTheFile) {
    const { input: _, ...withoutFile } = request;
    return check(processes, withoutFile, seconds);
  }
  if (failure.class === "unavailable")
    throw new UnavailableError(`Queries cannot be checked now. ${failure.message}`);
  if (failure.class === "bad_query") return { message: failure.message, always: !input };
  return { message: `The query could not be checked. ${failure.message}`, always: true };
}

async function run(
  processes: QueryProcesses,
  { owner, selection, input, output, limits, signal }: Job,
): Promise<JobOutcome> {
  const { failure, readAs } = await processes.ask(
    owner,
    {
      kind: "run",
      sql: selection,
      input,
      output,
      threads: limits.threads,
      memoryMegabytes: limits.memoryMegabytes,
    },
    {
      seconds: limits.seconds,
      planningSeconds: Math.min(planningSeconds, limits.seconds),
      residentMegabytes: limits.memoryMegabytes + programMegabytes,
      output: { path: output.path, megabytes: limits.outputMegabytes },
      signal,
    },
  );
  if (failure) {
    const { settled = false, ...error } = failure;
    return { error, settled };
  }
  if (!readAs)
    return {
      error: { class: "internal", message: "The query process did not tell what it read." },
    };
  // What was written between two polls counts too
  const { size } = await stat(output.path);
  if (size <= limits.outputMegabytes * 1024 * 1024) return { readAs };
  return {
    error: {
      class: "too_large",
      message: `The result is larger than ${limits.outputMegabytes} MB.`,
    },
  };
}
