import type { HeldLeases } from "./held-leases.ts";

export interface ShutdownOptions {
  /** claims no more, finishes the tasks it holds and ends */
  retire?: AbortSignal | undefined;
  /** claims no more, finishes within `graceSeconds` or gives back its tasks, and ends */
  stop?: AbortSignal | undefined;
  graceSeconds?: number | undefined;
  /** ends after so many seconds without work */
  idleSeconds?: number | undefined;
}

export interface Shutdown {
  /** no more claims */
  retire: AbortSignal;
  /** the tasks it holds are given back */
  giveBack: AbortSignal;
  /** what is not reported yet stays unreported: its lease expires */
  gone: AbortSignal;
  onWork(): void;
  onFailure(): void;
  close(): void;
}

const flushSeconds = 5;

/**
 * A worker ends in steps. Retired, stopped, idle or refused it claims no more; only a stop gives
 * tasks back.
 */
export function watchShutdown(
  { retire, stop, graceSeconds = 5, idleSeconds }: ShutdownOptions,
  heldLeases: HeldLeases,
): Shutdown {
  const [retiring, givingBack, going] = [
    new AbortController(),
    new AbortController(),
    new AbortController(),
  ];
  const timers: NodeJS.Timeout[] = [];
  let lastWork = Date.now();

  const onRetire = () => retiring.abort();
  const onStop = () => {
    retiring.abort();
    timers.push(
      setTimeout(giveBack, graceSeconds * 1000),
      setTimeout(() => going.abort(), (graceSeconds + flushSeconds) * 1000),
    );
  };
  if (retire?.aborted) onRetire();
  if (stop?.aborted) onStop();
  retire?.addEventListener("abort", onRetire);
  stop?.addEventListener("abort", onStop);
  if (idleSeconds !== undefined)
    timers.push(setInterval(checkIdle, Math.min(1000, idleSeconds * 250), idleSeconds));

  return {
    retire: retiring.signal,
    giveBack: givingBack.signal,
    gone: going.signal,
    onWork: () => {
      lastWork = Date.now();
    },
    onFailure: onRetire,
    close() {
      for (const timer of timers) clearTimeout(timer);
      retire?.removeEventListener("abort", onRetire);
      stop?.removeEventListener("abort", onStop);
    },
  };

  function giveBack(): void {
    givingBack.abort();
    heldLeases.abortAll();
  }

  function checkIdle(seconds: number): void {
    if (heldLeases.size() > 0) lastWork = Date.now();
    if (Date.now() - lastWork >= seconds * 1000) retiring.abort();
  }
}
