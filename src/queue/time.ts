/** Resolves after the time, or at once when the signal comes. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(clock);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const clock = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}

/** Rejects when the promise takes longer; what it does afterwards is nobody's concern any more. */
export async function within<Result>(
  milliseconds: number,
  promise: Promise<Result>,
): Promise<Result> {
  let clock: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    clock = setTimeout(
      () => reject(new Error(`no answer within ${Math.ceil(milliseconds / 1000)} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(clock);
  }
}
