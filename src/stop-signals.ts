// The signals that end a service: Ctrl-C and a closed terminal, which a person waits for, and
// SIGTERM, by which other programs end it.

/** One Ctrl-C under npm arrives as two signals a millisecond apart. */
const secondsBetweenSignals = 1;

/** How long the end may take, and when what hangs is broken off before. */
export interface EndLimits {
  finishSeconds: number;
  endSeconds: number;
}

/**
 * Workers have eight seconds to finish, and calls five. Of the half minute after which Kubernetes
 * kills, the rest is for what follows.
 */
export const usualLimits: EndLimits = { finishSeconds: 16, endSeconds: 28 };
const limitsForPeople: EndLimits = { finishSeconds: 8.5, endSeconds: 9.8 };

export interface StopSignals {
  /** aborts at the first signal, or with the error that ends the service */
  signal: AbortSignal;
  limits(): EndLimits;
  /** As a person's signal does: for a service that cannot go on. */
  end(error: Error): void;
}

/**
 * A second signal more than a second later ends the process at once, and so does the end of the
 * time to stop, whatever hangs. The ledger is committed, so nothing is lost.
 */
export function watchStopSignals(): StopSignals {
  const ending = new AbortController();
  let limits = usualLimits;
  let first: number | undefined;
  const end = (chosen: EndLimits, error?: Error) => {
    first = performance.now();
    limits = chosen;
    setTimeout(() => endLate(chosen.endSeconds), chosen.endSeconds * 1_000).unref();
    ending.abort(error);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (first === undefined) {
      if (name === "SIGINT") process.stderr.write(`\n${words(limitsForPeople.endSeconds)}\n`);
      end(name === "SIGTERM" ? usualLimits : limitsForPeople);
    } else if (performance.now() - first > secondsBetweenSignals * 1_000) process.exit(1);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return {
    signal: ending.signal,
    limits: () => limits,
    end: (error) => {
      if (first === undefined) end(limitsForPeople, error);
    },
  };
}

function words(seconds: number): string {
  return (
    `Stopping: running work is finished first, for ${Math.ceil(seconds)} seconds at most. ` +
    "Ctrl-C again ends at once; nothing is lost either way."
  );
}

function endLate(seconds: number): void {
  process.stderr.write(`Something did not stop within ${Math.ceil(seconds)} seconds; ended now.\n`);
  process.exit(1);
}
