import type { Context } from "../../deps.ts";
import { watchDeaths } from "./dead-workers.ts";
import { repeat } from "./repeat.ts";
import { makeScaler, scaleSeconds } from "./scale-workers.ts";

/**
 * The worker role without the scheduler's: this process starts workers for the work that the ledger
 * has, as many as there are files or as it may. Several such processes do so each for itself.
 */
export function startWorkers(ctx: Context): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const off = watchDeaths(ctx);
  const scale = makeScaler(ctx);
  const scaling = repeat(ctx, stopping, "work", scaleSeconds, async () => {
    await scale();
  });
  return {
    async stop() {
      stopping.abort();
      await scaling;
      off();
    },
  };
}
