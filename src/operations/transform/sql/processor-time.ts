import { readdir, readFile } from "node:fs/promises";

/** Seconds, over all threads of a process. */
export interface ProcessorTime {
  had: number;
  /** ready to run, while others had the processors */
  waited: number;
}

/** What a process had of the processors so far; undefined where the system does not tell. */
export async function processorTime(pid: number): Promise<ProcessorTime | undefined> {
  try {
    const tasks = await readdir(`/proc/${pid}/task`);
    const texts = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, "utf8"));
    const lines = (await Promise.all(texts)).map((text) => text.split(" ").map(Number));
    const seconds = (column: number) =>
      lines.reduce((total, values) => total + (values[column] ?? 0), 0) / 1e9;
    return { had: seconds(0), waited: seconds(1) };
  } catch {
    return undefined;
  }
}

/**
 * Whether a query that ran out of its time had the processors nearly to itself: then it takes as
 * long the next time. One that waited for its disk or for other programs may not.
 */
export function wasUndisturbed(
  before: ProcessorTime | undefined,
  after: ProcessorTime | undefined,
  seconds: number,
): boolean {
  if (!before || !after) return false;
  // Threads that have ended are no longer counted
  const had = Math.max(0, after.had - before.had);
  const waited = Math.max(0, after.waited - before.waited);
  return had >= 0.8 * seconds && waited <= 0.1 * had;
}
