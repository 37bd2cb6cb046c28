import { setTimeout as pause } from "node:timers/promises";
import { badPort } from "../system-problem.ts";
import { type ApiError, StoreError, UnreachableError } from "./errors.ts";

export interface RetryOptions {
  /** give up after calls have failed for so long (default 60) */
  patienceSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
}

const firstWaitSeconds = 0.25;
const longestWaitSeconds = 5;

/**
 * Repeats a call, which must be safe to repeat, while it fails for a reason that may pass. Rejects
 * with the last error after which the call may have arrived, if there was one.
 */
export async function withRetries<Value>(
  call: () => Promise<Value>,
  { patienceSeconds = 60, signal }: RetryOptions = {},
): Promise<Value> {
  const deadline = performance.now() + patienceSeconds * 1000;
  const stop = signal && { signal };
  let arrived: unknown;
  for (let failures = 0; ; failures++) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayPass(error)) throw error;
      if (mayHaveArrived(error)) arrived = error;
      const wait = waitSeconds(error, failures) * 1000;
      if (performance.now() + wait > deadline) throw arrived ?? error;
      await pause(wait, undefined, stop);
    }
  }
}

/** The service may have done what the call asked for, although no answer to it arrived. */
export function mayHaveArrived(error: unknown): boolean {
  return mayPass(error) && !isAbsent(error) && !isTooMany(error);
}

function mayPass(error: unknown): boolean {
  if (error instanceof UnreachableError && error.status === undefined)
    return error.code !== badPort;
  if (isTooMany(error)) return (error as ApiError).retryAfterSeconds !== undefined;
  const { status = 0 } = error as { status?: number };
  return [502, 503, 504].includes(status) || (error instanceof StoreError && status >= 500);
}

/** The service did nothing of it. It may say after how long it takes the call. */
function isTooMany(error: unknown): boolean {
  return (error as { status?: number }).status === 429;
}

/** Nothing listens there. After an earlier failure it is a service that restarts. */
function isAbsent(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return ["ECONNREFUSED", "ENOTFOUND"].includes(code);
}

/** Nothing is waited for where nothing has ever listened. */
function waitSeconds(error: unknown, failures: number): number {
  if (failures === 0 && isAbsent(error)) return Number.POSITIVE_INFINITY;
  const { retryAfterSeconds } = error as ApiError | StoreError | UnreachableError;
  return retryAfterSeconds ?? Math.min(firstWaitSeconds * 2 ** failures, longestWaitSeconds);
}
