import type { Deps } from "../../deps.ts";
import { isUuid } from "../../uuid.ts";
import { endedRuns, runsOf } from "./run-store.ts";

export type EndDeps = Deps<"brokerUsers" | "db" | "log" | "transformers">;

/**
 * What waits in the queues of a request's containers is dropped, and they take nothing more. Safe
 * to run again, which the sweep does for a while after the request's end: a broker may be away.
 */
export async function endRuns(
  { brokerUsers, db, log, transformers }: EndDeps,
  { id, steps }: { id: string; steps: { workload: boolean }[] },
): Promise<void> {
  if (!transformers || !steps.some(({ workload }) => workload)) return;
  try {
    for (const { run } of await runsOf(db.query, id)) {
      await transformers.end(run);
      await brokerUsers?.remove(run);
    }
  } catch (error) {
    log.warn(
      { err: error, request_id: id },
      "the queues of an ended request are still there; the next sweep tries again",
    );
  }
}

/** Removes users of runs that have ended, whoever left them. Returns their number. */
export async function removeUnneededUsers({
  brokerUsers,
  db,
}: Deps<"brokerUsers" | "db">): Promise<number> {
  if (!brokerUsers) return 0;
  const ended = await endedRuns(db.query, (await brokerUsers.runs()).filter(isUuid));
  for (const run of ended) await brokerUsers.remove(run);
  return ended.length;
}
