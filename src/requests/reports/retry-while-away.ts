import pRetry from "p-retry";
import { isAway } from "../../db/client.ts";
import { UnavailableError } from "../../errors.ts";

/** Tries again while the database is unavailable; throws UnavailableError if it stays so. */
export async function retryWhileAway<Result>(
  seconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  return pRetry(work, {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: seconds * 1000,
    minTimeout: 50,
    maxTimeout: 1000,
    shouldRetry: ({ error }) => isAway(error),
  }).catch((error: unknown) => {
    if (!isAway(error)) throw error;
    throw new UnavailableError(
      "The database is unavailable; the reports were not recorded. Send them again.",
    );
  });
}
