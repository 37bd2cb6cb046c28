import { runLookups } from "../../datasets/lookup.ts";
import { lead } from "../../db/leader.ts";
import type { Context, Deps } from "../../deps.ts";
import { requestsOfDataset } from "../advance/advance-store.ts";
import { expireLeasesOf } from "../dispatch/expire-leases.ts";
import { scaleWorkers } from "./scale-workers.ts";
import { housekeep, sweep } from "./sweep.ts";

const housekeepingSeconds = 60;
const scaleSeconds = 2;

/** The scheduler role: listens for facts, looks up datasets, sweeps (one leader of all processes), and keeps workers running. */
export function startScheduler(ctx: Context): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const off = [
    ctx.notifier.onPrefix("dataset:", (channel) =>
      advanceDataset(ctx, Number(channel.slice("dataset:".length))),
    ),
  ];
  ctx.runner.onDeath((worker) => {
    expireLeasesOf(ctx, worker).catch((error: Error) =>
      ctx.log.warn({ err: error, worker }, "a dead worker's files wait for their lease"),
    );
  });
  const leading = lead(ctx, "sweep", signal, async (term) => {
    let lastHousekeeping = 0;
    while (!term.aborted) {
      await sweep(ctx);
      if (Date.now() - lastHousekeeping > housekeepingSeconds * 1000) {
        lastHousekeeping = Date.now();
        await housekeep(ctx);
      }
      await ctx.notifier.wait("sweep", ctx.config.sweepSeconds, term);
    }
  });
  const scaling = repeat(ctx, signal, "work", scaleSeconds, () => scaleWorkers(ctx));
  const lookups = runLookups(ctx, signal);

  async function stop(): Promise<void> {
    stopping.abort();
    for (const end of off) end();
    await Promise.allSettled([leading, scaling, lookups]);
  }
  return { stop };
}

function advanceDataset(ctx: Deps<"advanceQueue" | "db" | "log">, id: number): void {
  requestsOfDataset(ctx.db.query, id)
    .then((ids) => {
      for (const request of ids) ctx.advanceQueue.add(request);
    })
    .catch((error: Error) =>
      ctx.log.warn({ err: error, dataset: id }, "the sweep advances these requests"),
    );
}

async function repeat(
  ctx: Deps<"log" | "notifier">,
  signal: AbortSignal,
  channel: string,
  seconds: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      ctx.log.warn({ err: error }, "tried again at the next look");
    }
    await ctx.notifier.wait(channel, seconds, signal);
    // Rings of one moment are gathered.
    await ctx.notifier.wait("never", 0.1, signal);
  }
}
