export interface SilenceWatch {
  /** the program wrote something */
  onAnswer(): void;
  stop(): void;
}

const pingsMissed = 4;

/**
 * Pings a program, and calls `onSilent` once it has not answered for about so many seconds. Missed
 * pings are counted instead of time: while this process was frozen itself, the program could not
 * answer, and time passed all the same.
 */
export function watchSilence(
  seconds: number,
  { ping, onSilent }: { ping(): void; onSilent(): void },
): SilenceWatch {
  let missed = 0;
  const timer = setInterval(check, (seconds * 1000) / pingsMissed);
  timer.unref();

  return {
    onAnswer: () => {
      missed = 0;
    },
    stop: () => clearInterval(timer),
  };

  function check(): void {
    if (missed >= pingsMissed) {
      clearInterval(timer);
      onSilent();
      return;
    }
    // A frozen program reads nothing: more pings would only fill the pipe.
    if (missed === 0) ping();
    missed += 1;
  }
}
