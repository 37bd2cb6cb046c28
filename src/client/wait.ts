import { setTimeout as pause } from "node:timers/promises";
import type { Counters, Progress, RequestView, WaitOptions } from "./client.ts";
import { ApiError, reasonOf, UnreachableError } from "./errors.ts";
import type { ServerEvent } from "./events.ts";

interface Watched {
  get(): Promise<RequestView>;
  events(signal: AbortSignal): AsyncGenerator<ServerEvent>;
}

const endStates: readonly string[] = ["complete", "failed", "canceled"];

/** Follows the events; where the service falls silent, tries again for as long as patience lasts. */
export async function waitForEnd(
  watched: Watched,
  { signal, onProgress, onSilence, patienceSeconds = 60 }: WaitOptions,
): Promise<RequestView> {
  const stop = signal ?? new AbortController().signal;
  const tell = onChange(onProgress);
  let silentSince: number | undefined;
  for (;;) {
    try {
      const now = await watched.get();
      silentSince = undefined;
      tell(now);
      if (endStates.includes(now.state)) return now;
      await follow(watched.events(stop), now, tell);
    } catch (error) {
      stop.throwIfAborted();
      if (!isPassing(error)) throw error;
      if (silentSince === undefined) onSilence?.(reasonOf(error));
      silentSince ??= Date.now();
      if (Date.now() - silentSince > patienceSeconds * 1000) throw error;
      await pause(1000, undefined, { signal: stop });
    }
  }
}

function onChange(listener: WaitOptions["onProgress"]): (progress: Progress) => void {
  let last = "";
  return ({ state, counters }) => {
    const now = JSON.stringify([state, counters]);
    if (now !== last) listener?.({ state, counters });
    last = now;
  };
}

async function follow(
  events: AsyncGenerator<ServerEvent>,
  from: Progress,
  tell: (progress: Progress) => void,
): Promise<void> {
  let progress: Progress = { state: from.state, counters: from.counters };
  for await (const { event, data } of events) {
    if (event === "progress") progress = { ...progress, counters: data as Counters };
    else if (event === "state") progress = data as Progress;
    tell(progress);
  }
}

/** A stream that broke off is as passing as a service that starts again. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof UnreachableError ||
    error instanceof TypeError ||
    (error instanceof ApiError && error.status >= 500)
  );
}
