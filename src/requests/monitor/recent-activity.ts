import type { Query } from "../../db/client.ts";
import type { Logger } from "../../log.ts";
import { recordClaim, recordStorageProblem, type StorageProblem } from "./activity-store.ts";

/**
 * What this process observes. Everything except failures is written to tables, so that any process
 * can answer from them.
 */
export interface RecentActivity {
  /** what this process cannot reach, each with a sentence */
  failures: Map<"queue" | "store", string>;
  /** A worker asked for work of these operations now. */
  recordClaim(operations: readonly string[]): void;
  /** A worker could not write what it needs for this operation now. */
  recordStorageProblem(problem: StorageProblem): void;
}

/** Workers claim thousands of times a second; each operation's row is written this often. */
const leastGapMilliseconds = 5000;

export function makeRecentActivity(
  query: Query,
  log: Logger,
  now: () => number = Date.now,
): RecentActivity {
  const writtenAt = new Map<string, number>();
  const problemsAt = new Map<string, number>();
  return {
    failures: new Map(),
    recordClaim(operations) {
      const at = now();
      const due = operations.filter(
        (name) => at - (writtenAt.get(name) ?? Number.NEGATIVE_INFINITY) >= leastGapMilliseconds,
      );
      if (due.length === 0) return;
      for (const name of due) writtenAt.set(name, at);
      recordClaim(query, due).catch((error: Error) => {
        for (const name of due) writtenAt.delete(name);
        log.debug({ err: error }, "a claim was not recorded; the next one will be");
      });
    },
    recordStorageProblem(problem) {
      // A worker with another problem may not ask again before it is over.
      const key = `${problem.operation} ${problem.class}`;
      if (now() - (problemsAt.get(key) ?? Number.NEGATIVE_INFINITY) < leastGapMilliseconds) return;
      problemsAt.set(key, now());
      recordStorageProblem(query, problem).catch((error: Error) => {
        problemsAt.delete(key);
        log.debug({ err: error }, "a storage problem was not recorded; the next one will be");
      });
    },
  };
}
