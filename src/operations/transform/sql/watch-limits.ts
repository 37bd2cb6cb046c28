import { readFile, stat } from "node:fs/promises";
import type { Bounds, Phase, QueryFailure } from "./messages.ts";
import { processorTime, wasUndisturbed } from "./processor-time.ts";

const pollMilliseconds = 200;

export interface LimitWatch {
  enter(phase: Phase): void;
  stop(): void;
}

/**
 * Calls `exceeded` once: when the process takes too long, too much memory (Linux only) or writes
 * too much, or when it is canceled.
 */
export function watchLimits(
  pid: number,
  bounds: Bounds,
  exceeded: (failure: QueryFailure, phase: Phase) => void,
  timeOf: typeof processorTime = processorTime,
): LimitWatch {
  const { seconds, planningSeconds, residentMegabytes, output, signal } = bounds;
  let phase: Phase = "reading";
  let planning: NodeJS.Timeout | undefined;
  const report = (failure: QueryFailure) => exceeded(failure, phase);
  const atStart = timeOf(pid);
  const timeUp = setTimeout(() => void timeIsUp(), seconds * 1000);
  const polling = setInterval(checkLimits, pollMilliseconds);
  const cancel = () => report({ class: "canceled", message: "The query was canceled." });
  if (signal?.aborted) queueMicrotask(cancel);
  signal?.addEventListener("abort", cancel);
  return {
    enter(next) {
      phase = next;
      clearTimeout(planning);
      if (next !== "planning" || planningSeconds >= seconds) return;
      planning = setTimeout(
        () =>
          report({
            class: "bad_input",
            message:
              `Planning the query took longer than ${planningSeconds} seconds: the file's ` +
              "columns are nested too deep, or too many.",
          }),
        planningSeconds * 1000,
      );
    },
    stop() {
      clearTimeout(timeUp);
      clearTimeout(planning);
      clearInterval(polling);
      signal?.removeEventListener("abort", cancel);
    },
  };

  async function timeIsUp(): Promise<void> {
    const settled = wasUndisturbed(await atStart, await timeOf(pid), seconds);
    const message = `The query took longer than ${seconds} seconds.`;
    report({ class: "timeout", message, settled });
  }

  async function checkLimits(): Promise<void> {
    if (output && (await sizeOf(output.path)) > output.megabytes * 1024 * 1024) {
      report({ class: "too_large", message: `The result is larger than ${output.megabytes} MB.` });
    } else if ((await residentMegabytesOf(pid)) > residentMegabytes) {
      report({
        class: "memory",
        message: `The query process took more than ${residentMegabytes} MB of memory.`,
      });
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

/** 0 where the system has no /proc; DuckDB's own limit is then the only one. */
async function residentMegabytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
