const mostMilliseconds = 10;
/** What continues later, in its order. */
const waiting: (() => void)[] = [];

/**
 * For long work between awaits: returns nothing, or, once the event loop has been held for some
 * milliseconds, a promise to await so that other calls go on.
 */
export function timeSlice(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < mostMilliseconds) return undefined;
    return new Promise((resolve) => {
      waiting.push(() => {
        began = performance.now();
        resolve();
      });
      if (waiting.length === 1) setImmediate(continueOne);
    });
  };
}

/** One in each turn of the event loop: all of many calls together would hold it for long. */
function continueOne(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(continueOne);
}
