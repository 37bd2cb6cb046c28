const mostMilliseconds = 10;

/**
 * For long work between awaits: returns nothing, or, once the event loop has been held for some
 * milliseconds, a promise to await so that other calls go on.
 */
export function timeSlice(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < mostMilliseconds) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        began = performance.now();
        resolve();
      }),
    );
  };
}
