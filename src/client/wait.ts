import { setTimeout as pause } from "node:timers/promises";
import { timeLimit } from "../time.ts";
import { ApiError, reasonOf, UnreachableError } from "./errors.ts";
import type { ServerEvent } from "./events.ts";
import type { Counters, Progress, RequestNow, WaitOptions } from "./views.ts";

export interface Watched {
  get(signal: AbortSignal): Promise<RequestNow>;
  /** `onBytes` is called whenever something arrives, also what is no event. */
  events(signal: AbortSignal, onBytes: () => void): AsyncGenerator<ServerEvent>;
}

const endStates: readonly string[] = ["complete", "failed", "canceled"];

/** Follows the events, and reconnects while the service does not answer, up to the given time. */
export async function waitForEnd(
  watched: Watched,
  { signal, onProgress, onSilence, patienceSeconds = 60 }: WaitOptions,
): Promise<RequestNow> {
  const stop = signal ?? new AbortController().signal;
  const notify = onChange(onProgress);
  let answeredAt = performance.now();
  const onAnswer = () => {
    answeredAt = performance.now();
  };
  const millisecondsLeft = () => answeredAt + patienceSeconds * 1000 - performance.now();
  let isSilent = false;
  for (;;) {
    try {
      const now = await watched.get(withTimeOut(stop, millisecondsLeft()));
      onAnswer();
      isSilent = false;
      notify(now);
      if (endStates.includes(now.state)) return now;
      await follow(watched.events(stop, onAnswer), now, notify);
    } catch (error) {
      stop.throwIfAborted();
      if (!isTransient(error)) throw error;
      if (!isSilent) onSilence?.(reasonOf(error));
      isSilent = true;
      if (millisecondsLeft() <= pauseMilliseconds) throw error;
      await pause(pauseMilliseconds, undefined, { signal: stop });
    }
  }
}

const pauseMilliseconds = 1000;
/** for one call, however little patience is left: a healthy service may need it to answer */
const leastTimeOut = 5000;
const longestTimer = 2 ** 31 - 1;

function withTimeOut(stop: AbortSignal, milliseconds: number): AbortSignal {
  const bounded = Math.round(Math.min(Math.max(milliseconds, leastTimeOut), longestTimer));
  return AbortSignal.any([stop, timeLimit(bounded)]);
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
  notify: (progress: Progress) => void,
): Promise<void> {
  let progress: Progress = { state: from.state, counters: from.counters };
  for await (const { event, data } of events) {
    if (event === "progress") progress = { ...progress, counters: data as Counters };
    else if (event === "state") progress = data as Progress;
    notify(progress);
  }
}

/** A broken event stream, or a service that is restarting. */
function isTransient(error: unknown): boolean {
  return (
    error instanceof UnreachableError ||
    error instanceof TypeError ||
    (error instanceof ApiError && error.status >= 500)
  );
}
