import { stat } from "node:fs/promises";
import { type Exceeded, watchProcess } from "../../../confined/watch.ts";
import type { Bounds, Phase, QueryFailure } from "./messages.ts";
import { processorTime, wasUndisturbed } from "./processor-time.ts";

export interface LimitWatch {
  enter(phase: Phase): void;
  stop(): void;
}

/**
 * Calls `exceeded` once: when the process takes too long, too much memory or writes too much, or
 * when it is canceled.
 */
export function watchLimits(
  pid: number,
  bounds: Bounds,
  exceeded: (failure: QueryFailure, phase: Phase) => void,
  timeOf: typeof processorTime = processorTime,
): LimitWatch {
  const { seconds, planningSeconds, output } = bounds;
  let phase: Phase = "reading";
  let planning: NodeJS.Timeout | undefined;
  const report = (failure: QueryFailure) => exceeded(failure, phase);
  const atStart = timeOf(pid);
  const isOverOther = async () =>
    output !== undefined && (await sizeOf(output.path)) > output.megabytes * 1024 * 1024;
  const stop = watchProcess(pid, { ...bounds, isOverOther }, (what) =>
    what === "seconds" ? void timeIsUp() : report(failureOf(what, bounds)),
  );
  return {
    enter(next) {
      phase = next;
      clearTimeout(planning);
      if (next !== "planning" || planningSeconds >= seconds) return;
      const planningStart = timeOf(pid);
      const again = (left: number) => {
        planning = setTimeout(() => void planningIsUp(planningStart, again), left * 1000);
      };
      again(planningSeconds);
    },
    stop() {
      clearTimeout(planning);
      stop();
    },
  };

  /** Its own time counts: on a busy machine it goes on, until the time of the whole is up. */
  async function planningIsUp(
    start: ReturnType<typeof processorTime>,
    again: (seconds: number) => void,
  ): Promise<void> {
    const [before, now] = [await start, await timeOf(pid)];
    const left = before && now ? planningSeconds - (now.had - before.had) : 0;
    if (phase !== "planning") return;
    if (left > 0) return again(Math.max(left, 0.1));
    report({
      class: "bad_input",
      message:
        `Planning the query took longer than ${planningSeconds} seconds: the query, or the ` +
        "file's columns, are nested too deep or too many.",
    });
  }

  async function timeIsUp(): Promise<void> {
    const settled = wasUndisturbed(await atStart, await timeOf(pid), seconds);
    const message = `The query took longer than ${seconds} seconds.`;
    report({ class: "timeout", message, settled });
  }
}

function failureOf(
  what: Exclude<Exceeded, "seconds">,
  { residentMegabytes, output }: Bounds,
): QueryFailure {
  if (what === "canceled") return { class: "canceled", message: "The query was canceled." };
  if (what === "memory")
    return {
      class: "memory",
      message: `The query process took more than ${residentMegabytes} MB of memory.`,
    };
  return { class: "too_large", message: `The result is larger than ${output?.megabytes} MB.` };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}
