import { runLookups } from "../../datasets/lookup.ts";
import { separateEarlierSecrets } from "../../datasets/separate-earlier.ts";
import { lead } from "../../db/leader.ts";
import type { Context, Deps } from "../../deps.ts";
import { readableEnd } from "../../log.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { runTasks } from "../../tasks/run.ts";
import { pause } from "../../time.ts";
import { advanceDataset } from "../advance/advance-many.ts";
import { expireLeasesOf } from "../dispatch/expire-leases.ts";
import { runFinishes } from "../finish/finish.ts";
import { sampleForAll } from "../monitor/sampler.ts";
import { makeScaler } from "./scale-workers.ts";
import { housekeep, sweep } from "./sweep.ts";

const housekeepingSeconds = 60;
const scaleSeconds = 2;
const sampleSeconds = 5;
const gatherMilliseconds = 100;
const outputBytes = 4000;
const lastWordsCharacters = 600;

/**
 * The scheduler role: looks up datasets and runs tasks; while this process leads, it also sweeps
 * and scales workers.
 */
export function startScheduler(ctx: Context): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const off = [
    ctx.notifier.onPrefix("dataset:", (channel) =>
      onDataset(ctx, Number(channel.slice("dataset:".length))),
    ),
    ctx.runner.onDeath((worker) => {
      onDeath(ctx, worker).catch((error: Error) =>
        ctx.log.warn({ err: error, worker }, "a dead worker's files wait until their lease ends"),
      );
    }),
  ];
  const leading = lead(ctx, "scheduler", signal, (term) => serveTerm(ctx, term));
  const lookups = runLookups(ctx, signal);
  const tasks = runTasks(ctx, signal);
  const finishes = runFinishes(ctx, signal);

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.allSettled([leading, lookups, tasks, finishes]);
    for (const end of off) end();
  }
  return { stop };
}

/** Resolves when the term has ended and this process's workers are ending. */
async function serveTerm(ctx: Context, term: AbortSignal): Promise<void> {
  ctx.log.info("this process leads the schedulers");
  const scale = makeScaler(ctx);
  let wanted: WorkerGroup[] = [];
  const scaling = repeat(ctx, term, "work", scaleSeconds, async () => {
    wanted = await scale();
  });
  const sampling = repeat(ctx, term, "worker-groups", sampleSeconds, () =>
    sampleForAll(ctx, wanted),
  );
  // Problems of workers are shown at once, not at the next sample.
  const off = ctx.runner.onChange(() => ctx.notifier.notify("worker-groups"));
  const separating = separateEarlier(ctx, term);
  await Promise.all([sweepRepeatedly(ctx, term), scaling, sampling, separating]);
  off();
  await ctx.runner.resign();
}

async function sweepRepeatedly(ctx: Context, term: AbortSignal): Promise<void> {
  let lastHousekeeping = 0;
  while (!term.aborted) {
    await sweep(ctx);
    if (Date.now() - lastHousekeeping > housekeepingSeconds * 1000) {
      lastHousekeeping = Date.now();
      await housekeep(ctx);
    }
    await ctx.notifier.wait("sweep", ctx.config.sweepSeconds, term);
  }
}

/** At the start of a term: a process of an earlier version may have served before it. */
async function separateEarlier(ctx: Context, term: AbortSignal): Promise<void> {
  try {
    await separateEarlierSecrets(ctx, term);
  } catch (error) {
    ctx.log.warn(
      { err: error },
      "secrets in addresses of an earlier version are still in plain text; the next start goes on",
    );
  }
}

async function onDeath(ctx: Context, worker: string): Promise<void> {
  const output = (await ctx.runner.lastWords(worker, outputBytes)) ?? "";
  const lastWords = readableEnd(output, lastWordsCharacters);
  const files = await expireLeasesOf(ctx, worker, lastWords);
  if (files === 0) return;
  ctx.log.warn({ worker, files, lastWords }, "a worker died with files");
}

function onDataset(ctx: Deps<"advanceQueue" | "db" | "log">, dataset: number): void {
  advanceDataset(ctx, dataset).catch((error: Error) =>
    ctx.log.warn({ err: error, dataset }, "the sweep advances these requests"),
  );
}

/** Does `work` after each notification of the channel, and at least once in so many seconds. */
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
      ctx.log.warn({ err: error }, "a duty of the scheduler failed; it is tried again");
    }
    await ctx.notifier.wait(channel, seconds, signal);
    // Notifications that arrive close together cause one run.
    await pause(gatherMilliseconds, signal);
  }
}
