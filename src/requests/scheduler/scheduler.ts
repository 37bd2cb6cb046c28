import { askFinders } from "../../datasets/ask-finders.ts";
import { runLookups } from "../../datasets/lookup.ts";
import { separateEarlierSecrets } from "../../datasets/separate-earlier.ts";
import { lead } from "../../db/leader.ts";
import type { Term } from "../../db/term.ts";
import type { Context, Deps } from "../../deps.ts";
import { deliverNotices, noticeSeconds, noticesChannel, senders } from "../../notices/deliver.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { runTasks } from "../../tasks/run.ts";
import { advanceDataset } from "../advance/advance-many.ts";
import { watchLeases } from "../dispatch/watch-leases.ts";
import { runFinishes } from "../finish/finish.ts";
import { sampleProgress } from "../monitor/progress.ts";
import { sampleForAll } from "../monitor/sampler.ts";
import {
  explainFailures,
  explainSeconds,
  unexplainedChannel,
} from "../sidecars/explain-failures.ts";
import { failUnstarted } from "../sidecars/fail-unstarted.ts";
import { makeQueueWatch } from "../sidecars/watch-queues.ts";
import { watchDeaths } from "./dead-workers.ts";
import { repeat } from "./repeat.ts";
import { makeScaler, scaleSeconds } from "./scale-workers.ts";
import { housekeep, sweep } from "./sweep.ts";

const housekeepingSeconds = 60;
const sampleSeconds = 5;
const progressSeconds = 20;

/**
 * The scheduler role: looks up datasets and runs tasks; while this process leads, it also sweeps,
 * scales workers and sends messages.
 */
export function startScheduler(ctx: Context): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const off = [
    ctx.notifier.onPrefix("dataset:", (channel) =>
      onDataset(ctx, Number(channel.slice("dataset:".length))),
    ),
    watchDeaths(ctx),
  ];
  const leading = lead(ctx, "scheduler", signal, (term) => serveTerm(ctx, term));
  const lookups = runLookups(ctx, signal);
  const asking = askFinders(ctx, signal);
  const tasks = runTasks(ctx, signal);
  const finishes = runFinishes(ctx, signal);

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.allSettled([leading, lookups, asking, tasks, finishes]);
    for (const end of off) end();
  }
  return { stop };
}

/** Resolves when the term has ended and this process's workers are ending. */
async function serveTerm(ctx: Context, term: Term): Promise<void> {
  ctx.log.info({ term: term.number }, "this process leads the schedulers");
  const scale = makeScaler(ctx, { isLeader: term.isCurrent });
  let wanted: WorkerGroup[] = [];
  const scaling = repeat(ctx, term, "work", scaleSeconds, async () => {
    wanted = await scale();
  });
  const sampling = repeat(ctx, term, "worker-groups", sampleSeconds, async () => {
    await sampleForAll(ctx, wanted, term.number);
    await failUnstarted(ctx, wanted);
  });
  const plotting = repeat(ctx, term, "progress", progressSeconds, () => sampleProgress(ctx));
  const explaining = repeat(ctx, term, unexplainedChannel, explainSeconds, async () => {
    await explainFailures(ctx);
  });
  // Problems of workers are shown at once, not at the next sample.
  const off = ctx.runner.onChange(() => ctx.notifier.notify("worker-groups"));
  const separating = separateEarlier(ctx, term.signal);
  const watching = watchLeases(ctx, term.signal);
  const telling = sendNotices(ctx, term);
  await Promise.all([
    sweepRepeatedly(ctx, term),
    scaling,
    sampling,
    plotting,
    explaining,
    separating,
    watching,
    telling,
  ]);
  off();
  await ctx.runner.resign();
}

/** Where nothing is set to be sent, nothing asks for it. */
async function sendNotices(ctx: Context, term: Term): Promise<void> {
  const { slack, mail } = ctx.config.identity ?? {};
  if (!slack && !mail) return;
  await Promise.all(
    senders.map((sender) =>
      repeat(ctx, term, noticesChannel, noticeSeconds, () =>
        deliverNotices(ctx, sender, term.signal),
      ),
    ),
  );
}

async function sweepRepeatedly(ctx: Context, { signal, confirm }: Term): Promise<void> {
  const watchQueues = makeQueueWatch(ctx);
  let lastHousekeeping = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    await sweep(ctx, confirm, watchQueues);
    if (performance.now() - lastHousekeeping > housekeepingSeconds * 1000) {
      lastHousekeeping = performance.now();
      await housekeep(ctx, confirm);
    }
    await ctx.notifier.wait("sweep", ctx.config.sweepSeconds, signal);
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

function onDataset(ctx: Deps<"advanceQueue" | "db" | "log">, dataset: number): void {
  advanceDataset(ctx, dataset).catch((error: Error) =>
    ctx.log.warn({ err: error, dataset }, "the sweep advances these requests"),
  );
}
