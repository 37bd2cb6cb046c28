/** Wakes one loop; rung while the loop works, it does not sleep at all. */
export interface Bell {
  ring(): void;
  /** Resolves when it rings, after the time, or with the signal. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function makeBell(): Bell {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async sleep(milliseconds, signal) {
      if (!isRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", end);
            resolve();
          };
          const timer = setTimeout(end, milliseconds);
          signal.addEventListener("abort", end);
          wake = end;
        });
        wake = undefined;
      }
      isRung = false;
    },
  };
}
