import { lead } from "../../db/leader.ts";
import type { Deps } from "../../deps.ts";

/** For processes that serve `/metrics`: one of all on the database exports the gauges. */
export function leadGauges(ctx: Deps<"db" | "gauges" | "leaderDb" | "log" | "notifier">): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const ended = lead(ctx, "metrics", stopping.signal, async ({ isCurrent, signal }) => {
    ctx.gauges.isExported = isCurrent;
    await aborted(signal);
    ctx.gauges.isExported = () => false;
  });
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
