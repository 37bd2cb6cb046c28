const mostMilliseconds = 10;
/** What continues later, in its order. */
const waiting: (() => void)[] = [];

/**
 * For long work between awaits: returns nothing, or, once the event loop has been held for some
 * milliseconds, a promise to await so that other calls go on. Loops that share a slice pause and
 * continue together. A loop over very small items awaits it only when there is one: an await of
 * nothing takes longer than the item.
 */
export function timeSlice(): () => Promise<void> | undefined {
  let began = performance.now();
  let pause: Promise<void> | undefined;
  return () => {
    if (!pause && performance.now() - began < mostMilliseconds) return undefined;
    pause ??= new Promise((resolve) => {
      waiting.push(() => {
        began = performance.now();
        pause = undefined;
        resolve();
      });
      if (waiting.length === 1) setImmediate(continueOne);
    });
    return pause;
  };
}

/** One in each turn of the event loop: all of many calls together would hold it for long. */
function continueOne(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(continueOne);
}
