import type { Deps } from "../../deps.ts";
import { runsOf } from "./run-store.ts";

/**
 * What waits in the queues of a request's containers is dropped, and they take nothing more. Safe
 * to run again, which the sweep does for a while after the request's end: a broker may be away.
 */
export async function endRuns(
  { db, log, transformers }: Deps<"db" | "log" | "transformers">,
  { id, steps }: { id: string; steps: { workload: boolean }[] },
): Promise<void> {
  if (!transformers || !steps.some(({ workload }) => workload)) return;
  try {
    for (const { run } of await runsOf(db.query, id)) await transformers.end(run);
  } catch (error) {
    log.warn(
      { err: error, request_id: id },
      "the queues of an ended request are still there; the next sweep tries again",
    );
  }
}
