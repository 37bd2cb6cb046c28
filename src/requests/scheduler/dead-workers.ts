import type { Context } from "../../deps.ts";
import { readableEnd } from "../../log.ts";
import { pause } from "../../time.ts";
import { expireLeasesOf, takeInterrupted } from "../dispatch/expire-leases.ts";

const outputBytes = 4000;
const lastWordsCharacters = 600;
const firstPauseMilliseconds = 1000;
const longestPauseMilliseconds = 30_000;

/**
 * Takes the files of workers of this process back as soon as one dies, and now those of an earlier
 * process; returns how to stop.
 */
export function watchDeaths(ctx: Context): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  void repeatUntilDone(ctx, signal, () => takeFromEarlier(ctx));
  const off = ctx.runner.onDeath((worker) => {
    const lastWords = readLastWords(ctx, worker);
    void repeatUntilDone(ctx, signal, async () => takeFromDead(ctx, worker, await lastWords));
  });
  return () => {
    stopping.abort();
    off();
  };
}

/** The database may be away when a worker dies, and nobody else knows of it. Never rejects. */
async function repeatUntilDone(
  { log }: Context,
  signal: AbortSignal,
  take: () => Promise<void>,
): Promise<void> {
  let milliseconds = firstPauseMilliseconds;
  while (!signal.aborted) {
    try {
      return await take();
    } catch (error) {
      log.warn({ err: error }, "files of dead workers were not taken from them; it is tried again");
    }
    await pause(milliseconds, signal);
    milliseconds = Math.min(2 * milliseconds, longestPauseMilliseconds);
  }
}

async function takeFromEarlier(ctx: Context): Promise<void> {
  const files = await takeInterrupted(ctx, ctx.runner.endedBefore);
  if (files > 0) ctx.log.info({ files }, "files of an earlier process wait again");
  await ctx.runner.forgetEndedBefore();
}

async function takeFromDead(ctx: Context, worker: string, lastWords: string): Promise<void> {
  const files = await expireLeasesOf(ctx, worker, lastWords);
  if (files > 0) ctx.log.warn({ worker, files, lastWords }, "a worker died with files");
}

async function readLastWords({ runner, log }: Context, worker: string): Promise<string> {
  const output = await runner.lastWords(worker, outputBytes).catch((error: Error) => {
    log.debug({ err: error, worker }, "the end of a dead worker's log was not read");
    return undefined;
  });
  return readableEnd(output ?? "", lastWordsCharacters);
}
