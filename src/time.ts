import { setTimeout as timer } from "node:timers/promises";

/** Resolves after the time, or as soon as the signal aborts. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await timer(milliseconds, undefined, signal && { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/**
 * As AbortSignal.timeout, and holds where only AbortSignal.any knows of it: Node 20 collects that
 * one as garbage, and what waits for it waits for ever.
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const over = new AbortController();
  const reason = new DOMException("The operation was aborted due to timeout", "TimeoutError");
  setTimeout(() => over.abort(reason), milliseconds).unref();
  return over.signal;
}

export class TooLateError extends Error {}

/** Rejects with `TooLateError` if the promise takes longer; its later outcome is ignored. */
export async function within<Result>(
  milliseconds: number,
  promise: Promise<Result>,
): Promise<Result> {
  let clock: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    clock = setTimeout(
      () =>
        reject(
          new TooLateError(`It did not answer within ${Math.ceil(milliseconds / 1000)} seconds.`),
        ),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(clock);
  }
}
