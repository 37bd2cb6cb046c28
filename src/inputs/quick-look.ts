import { isOfSystem } from "../system-problem.ts";
import { TooLateError, within } from "../time.ts";
import { makeTurns } from "../turns.ts";
import { isAbsent } from "./absent.ts";

/** A file system that hangs keeps a thread of the process for each call, so few look at once. */
const turns = makeTurns({ slots: 2, mostWaiting: 20, mostSeconds: 1 });
const mostMilliseconds = 2_000;

/** Looks at the disk while a caller waits; undefined if that takes too long or the disk fails. */
export async function quickLook<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await within(mostMilliseconds, turns.take({ owner: "" }, look));
  } catch (error) {
    if (error instanceof TooLateError || isOfSystem(error) || isAbsent(error)) return undefined;
    throw error;
  }
}
