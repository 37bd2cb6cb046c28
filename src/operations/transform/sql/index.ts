import { stat } from "node:fs/promises";
import type {
  Check,
  CheckOutcome,
  Generator,
  Job,
  JobFailure,
  JobOutcome,
  PreviewJob,
  PreviewJobOutcome,
} from "../job.ts";
import type { Bounds, QueryFailure } from "./messages.ts";
import { makeQueryProcesses, type QueryProcesses } from "./processes.ts";

const checkSeconds = 10;
/** Binding names and types takes milliseconds, except for a query made to delay the others. */
const bindSeconds = 2;
const checkMegabytes = 256;
/** for Node and DuckDB themselves, besides what a query may take */
const programMegabytes = 300;
/** Planning takes milliseconds, except for a file made to delay the others. */
const planningSeconds = 20;

/**
 * The built-in generator: DuckDB runs one SELECT of a user over the file, confined to a process of
 * its own.
 */
export function makeSqlGenerator(): Generator {
  const checking = makeQueryProcesses();
  const running = makeQueryProcesses();
  const previewing = makeQueryProcesses();
  return {
    check: (asked) => check(checking, asked),
    run: (job) => run(running, job),
    preview: (job) => preview(previewing, job),
  };
}

async function check(
  processes: QueryProcesses,
  { selection, input, output, seconds = checkSeconds, signal }: Check,
): Promise<CheckOutcome> {
  const request = {
    kind: "check" as const,
    sql: selection,
    threads: 1,
    memoryMegabytes: checkMegabytes,
    ...(input && { input }),
    ...(output && { output }),
  };
  const { failure, exceededIn } = await processes.ask("checks", request, {
    seconds: Math.min(seconds, checkSeconds),
    planningSeconds: bindSeconds,
    residentMegabytes: checkMegabytes + programMegabytes,
    signal,
  });
  if (!failure) return {};
  if (failure.class === "bad_query") return { problem: failure.message };
  // A file that cannot be read fails later, alone, and says why. One that could not be read in this
  // time says nothing about the query: on a busy machine any file may take longer.
  const ofTheFile = input && failure.class === "bad_input" && exceededIn !== "planning";
  return ofTheFile ? {} : { unchecked: failure.message };
}

async function run(
  processes: QueryProcesses,
  { owner, selection, input, output, limits, signal }: Job,
): Promise<JobOutcome> {
  const {
    failure,
    readAs,
    rows = 0,
  } = await processes.ask(
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
      ...boundsOf(limits),
      output: { path: output.path, megabytes: limits.outputMegabytes },
      signal,
    },
  );
  if (failure) return failed(failure);
  if (!readAs) return silent;
  // What was written between two polls counts too
  const { size } = await stat(output.path);
  if (size <= limits.outputMegabytes * 1024 * 1024) return { readAs, rows };
  return {
    error: {
      class: "too_large",
      message: `The result is larger than ${limits.outputMegabytes} MB.`,
    },
  };
}

async function preview(
  processes: QueryProcesses,
  { owner, selection, input, output, limits, signal, rows }: PreviewJob,
): Promise<PreviewJobOutcome> {
  const { failure, readAs, firstRows } = await processes.ask(
    owner,
    {
      kind: "preview",
      sql: selection,
      input,
      output,
      rows,
      threads: limits.threads,
      memoryMegabytes: limits.memoryMegabytes,
    },
    { ...boundsOf(limits), signal },
  );
  if (failure) return failed(failure);
  return readAs && firstRows ? { readAs, ...firstRows } : silent;
}

function boundsOf({ seconds, memoryMegabytes }: Job["limits"]): Bounds {
  return {
    seconds,
    planningSeconds: Math.min(planningSeconds, seconds),
    residentMegabytes: memoryMegabytes + programMegabytes,
  };
}

function failed({ settled = false, ...error }: QueryFailure): JobFailure {
  return { error, settled };
}

const silent: JobFailure = {
  error: { class: "internal", message: "The query process did not tell what it read." },
};
