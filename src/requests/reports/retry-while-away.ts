import pRetry from "p-retry";
import { DatabaseClosedError, isAway, toUnavailable } from "../../db/away.ts";
import { UnavailableError } from "../../errors.ts";

/**
 * Tries again while the database has trouble, with random waits, so that processes do not come back
 * all at once. Throws UnavailableError, with what the trouble is, if it stays so.
 */
export async function retryWhileAway<Result>(
  seconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  return pRetry(work, {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: seconds * 1000,
    minTimeout: 50,
    maxTimeout: 1000,
    randomize: true,
    shouldRetry: ({ error }) => isAway(error) && !(error instanceof DatabaseClosedError),
  }).catch((error: unknown) => {
    const away = toUnavailable(error);
    if (!(away instanceof UnavailableError)) throw error;
    throw new UnavailableError(
      `${away.message} The reports were not recorded; send them again.`,
      away.retryAfterSeconds,
      { cause: error },
    );
  });
}
