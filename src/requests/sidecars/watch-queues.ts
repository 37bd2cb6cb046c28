import { isLockTimeout } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import { UnavailableError } from "../../errors.ts";
import type { QueueLook, TransformerQueues } from "../../queue/celery-broker.ts";
import { leastUuid } from "../../uuid.ts";
import { unqueueStep } from "../advance/republish.ts";
import { expireLast } from "../dispatch/expire-leases.ts";
import { type OpenRun, openRuns, settledQueued, startTaken } from "./queue-store.ts";

type WatchDeps = Deps<
  "advanceQueue" | "config" | "db" | "ledger" | "log" | "metrics" | "transformers"
>;

const page = 500;
/** The broker counts held messages every five seconds, and its answer may be that old. */
const countedSeconds = 20;

/**
 * Compares the queues of others' containers with the ledger. A queue goes with its last worker, and
 * with it go its messages: their files wait again. A message that is no longer in the queue was
 * taken, and its file runs from then on. Containers that no longer take from their queue are
 * asked to. Returns how many files wait again. One instance serves a leader's term.
 */
export function makeQueueWatch(
  ctx: WatchDeps,
  now: () => number = () => performance.now(),
): () => Promise<number> {
  const quiet = makeQuiet(now);
  return async () => {
    if (!ctx.transformers) return 0;
    let returned = 0;
    const seen = new Set<string>();
    for (let after = { request: leastUuid, step: 0 }; ; ) {
      const runs = await openRuns(ctx.db.query, after, page);
      for (const run of runs) {
        seen.add(run.run);
        const files = await watchOne(ctx, ctx.transformers, run, quiet);
        if (files > 0) ctx.advanceQueue.add(run.request);
        returned += files;
      }
      const last = runs.at(-1);
      if (runs.length < page || !last) break;
      after = last;
    }
    quiet.forgetOthers(seen);
    return returned;
  };
}

async function watchOne(
  ctx: WatchDeps,
  transformers: TransformerQueues,
  run: OpenRun,
  quiet: Quiet,
): Promise<number> {
  try {
    const look = await transformers.look(run.run);
    if (!look) return await takeBackAll(ctx, run);
    if (look.consumers === 0 && look.ready > 0) await transformers.callBack(run.run);
    const old = await settledQueued(ctx.ledger.query, run.request, run.step);
    // Of the messages that wait some are newer: fewer were taken than this, never more.
    const taken = old - look.ready;
    if (taken > 0) await startTaken(ctx.ledger.query, run, taken, ctx.config.sidecars.fileSeconds);
    const seconds = quiet.seconds(run);
    if (await hasDroppedAll(ctx, transformers, run, look, seconds))
      return await expireLast(ctx, run, "notReported", run.running);
    return await takeBackDropped(ctx, run, look, seconds);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    ctx.log.warn(
      { request_id: run.request },
      "rows of a request are locked; its queue is looked at in the next sweep",
    );
    return 0;
  }
}

/** Files published just now are left: another process may have declared the queue since. */
async function takeBackAll(ctx: WatchDeps, run: OpenRun): Promise<number> {
  const unqueued = await unqueueStep(ctx, run.request, run.step);
  const lost = run.running > 0 ? await expireLast(ctx, run, "queueGone", run.running) : 0;
  if (unqueued + lost > 0)
    ctx.log.warn(
      { request_id: run.request, unqueued, lost },
      "the queue of a request's containers is gone; its files are published again",
    );
  return unqueued + lost;
}

/**
 * Containers acknowledge a message when their science is done: then they upload, and report last.
 * Where no message waits, none is held, and for long nothing was reported, nobody has the files
 * that run. Which of several was dropped while others are held is not known: those wait.
 */
async function hasDroppedAll(
  { config, log }: WatchDeps,
  transformers: TransformerQueues,
  run: OpenRun,
  { ready }: QueueLook,
  quietSeconds: number,
): Promise<boolean> {
  if (run.running === 0 || run.queued > 0 || ready > 0) return false;
  if (quietSeconds < Math.max(config.sidecars.quietSeconds, countedSeconds)) return false;
  try {
    return (await transformers.held(run.run)) === 0;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    log.warn({ err: error }, "whether containers still hold messages is not known");
    return false;
  }
}

/**
 * A sidecar whose science container has died takes message after message and reports none. Each
 * worker has one file at a time, so while nothing is reported for long, what is taken beyond that
 * is with nobody: the last that were taken, since such a sidecar takes all that is there.
 */
async function takeBackDropped(
  ctx: WatchDeps,
  run: OpenRun,
  { consumers }: QueueLook,
  quietSeconds: number,
): Promise<number> {
  const dropped = run.running - consumers;
  if (quietSeconds < ctx.config.sidecars.quietSeconds || dropped <= 0) return 0;
  return expireLast(ctx, run, "notReported", dropped);
}

interface Quiet {
  /** since when no file of the run has moved, as far as this process has seen */
  seconds(run: OpenRun): number;
  forgetOthers(runs: ReadonlySet<string>): void;
}

function makeQuiet(now: () => number): Quiet {
  const known = new Map<string, { version: number; since: number }>();
  return {
    seconds({ run, version }) {
      const before = known.get(run);
      if (before?.version === version) return (now() - before.since) / 1000;
      known.set(run, { version, since: now() });
      return 0;
    },
    forgetOthers(runs) {
      for (const run of known.keys()) if (!runs.has(run)) known.delete(run);
    },
  };
}
