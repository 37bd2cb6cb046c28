import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { UnavailableError } from "../../errors.ts";

const mostSeconds = 600;
const longestPauseMilliseconds = 2_000;

/**
 * Finders and workers take any answer for done and never say a thing twice: what cannot be stored now is held, with its connection, until it can.
 * Rejects when the caller has gone or ten minutes are over.
 */
export async function retryWhileUnavailable<Result>(
  response: ServerResponse,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = performance.now() + mostSeconds * 1_000;
  for (let wait = 100; ; wait = Math.min(wait * 2, longestPauseMilliseconds)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnavailableError) || response.destroyed || performance.now() > until)
        throw error;
      await pause(wait);
    }
  }
}
