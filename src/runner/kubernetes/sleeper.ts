/** The pauses of one loop. Who is woken while it works does not sleep at all. */
export interface Sleeper {
  wake(): void;
  /** Resolves when it is woken, after the time, or with the signal. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function makeSleeper(): Sleeper {
  let isWoken = false;
  let end: (() => void) | undefined;
  return {
    wake() {
      isWoken = true;
      end?.();
    },
    async sleep(milliseconds, signal) {
      if (!isWoken && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const wakeUp = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", wakeUp);
            resolve();
          };
          const timer = setTimeout(wakeUp, milliseconds);
          signal.addEventListener("abort", wakeUp);
          end = wakeUp;
        });
        end = undefined;
      }
      isWoken = false;
    },
  };
}
