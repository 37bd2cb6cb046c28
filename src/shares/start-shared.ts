import type { Db, Query } from "../db/client.ts";
import { allocate } from "./allocate.ts";
import { type LineFilter, type LineStep, readLine } from "./line-store.ts";
import { withSlotsLocked } from "./lock-store.ts";

/** How many files of a step are next. */
export type NextFiles = Pick<LineStep, "request" | "step" | "operation" | "owner" | "files">;

const firstSteps = 256;

/**
 * For work that no worker claims, such as tasks of service operations: chooses whose files are next, by
 * shares and within limits, and runs `start` with them. Nobody else starts files of these operations
 * below a limit meanwhile, so a `start` that starts no more than was chosen keeps every limit.
 */
export function startShared<Result>(
  db: Pick<Db, "tx">,
  { operations, state, files }: Pick<LineFilter, "operations" | "state"> & { files: number },
  start: (query: Query, next: NextFiles[]) => Promise<Result>,
): Promise<Result> {
  return withSlotsLocked(db, { operations }, async (query) => {
    const line = await readLine(query, {
      operations,
      state,
      users: files + firstSteps,
      stepsOfUser: firstSteps,
      without: [],
    });
    const next = allocate(line, files).map(({ step, files }) => ({ ...step, files }));
    return start(query, next);
  });
}
