import type { Context } from "../context.ts";
import { runLookups } from "../datasets/lookup.ts";
import { lead } from "../db/leader.ts";
import { requestsOfDataset } from "./advance-store.ts";
import { fitCrews } from "./crews.ts";
import { loseWorker } from "./lose.ts";
import { sweep, tidy } from "./sweep.ts";

const tidySeconds = 60;
const crewSeconds = 2;

/** The scheduler role: listens for facts, looks up datasets, sweeps (one leader of all processes), and keeps workers running. */
export function startScheduler(ctx: Context): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const off = [ctx.doorbell.onPrefix("dataset:", (channel) => advanceDataset(ctx, Number(channel.slice("dataset:".length))))];
  ctx.runner.onDeath((worker) => {
    loseWorker(ctx, worker).catch((error: Error) => ctx.log.warn({ err: error, worker }, "a dead worker's files wait for their lease"));
  });
  const leading = lead(ctx, "sweep", signal, async (term) => {
    let tidied = 0;
    while (!term.aborted) {
      await sweep(ctx);
      if (Date.now() - tidied > tidySeconds * 1000) {
        tidied = Date.now();
        await tidy(ctx);
      }
      await ctx.doorbell.wait("sweep", ctx.config.sweepSeconds, term);
    }
  });
  const crews = repeat(ctx, signal, "work", crewSeconds, () => fitCrews(ctx));
  const lookups = runLookups(ctx, signal);

  async function stop(): Promise<void> {
    stopping.abort();
    for (const end of off) end();
    await Promise.allSettled([leading, crews, lookups]);
  }
  return { stop };
}

function advanceDataset(ctx: Context, id: number): void {
  requestsOfDataset(ctx.db.query, id)
    .then((ids) => {
      for (const request of ids) ctx.advance.ring(request);
    })
    .catch((error: Error) => ctx.log.warn({ err: error, dataset: id }, "the sweep advances these requests"));
}

async function repeat(ctx: Context, signal: AbortSignal, channel: string, seconds: number, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      ctx.log.warn({ err: error }, "tried again at the next look");
    }
    await ctx.doorbell.wait(channel, seconds, signal);
    // Rings of one moment are gathered.
    await ctx.doorbell.wait("never", 0.1, signal);
  }
}
