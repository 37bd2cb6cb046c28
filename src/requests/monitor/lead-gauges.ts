import { lead } from "../../db/leader.ts";
import type { Deps } from "../../deps.ts";

/** For processes that serve `/metrics`: one of all on the database exports the gauges. */
export function leadGauges({ databaseUrl, gauges, log }: Deps<"databaseUrl" | "gauges" | "log">): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const ended = lead({ databaseUrl, log }, "metrics", stopping.signal, async (term) => {
    gauges.exported = true;
    await aborted(term);
    gauges.exported = false;
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
