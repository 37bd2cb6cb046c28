import type { ServerResponse } from "node:http";
import pRetry from "p-retry";
import { UnavailableError } from "../../errors.ts";

const mostSeconds = 600;

/**
 * Finders and workers take any answer as success and never repeat a call. So a call that cannot be
 * stored now is held, with its connection, until it can be. Rejects when the caller has hung up, or
 * after ten minutes.
 */
export async function retryWhileUnavailable<Result>(
  response: ServerResponse,
  work: () => Promise<Result>,
): Promise<Result> {
  return pRetry(work, {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: mostSeconds * 1_000,
    minTimeout: 100,
    maxTimeout: 2_000,
    shouldRetry: ({ error }) => error instanceof UnavailableError && !response.destroyed,
  });
}
