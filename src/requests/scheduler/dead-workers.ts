import type { Context } from "../../deps.ts";
import { readableEnd } from "../../log.ts";
import { expireLeasesOf, takeInterrupted } from "../dispatch/expire-leases.ts";

const outputBytes = 4000;
const lastWordsCharacters = 600;

/**
 * Takes the files of workers of this process back as soon as one dies, and now those of an earlier
 * process; returns how to stop.
 */
export function watchDeaths(ctx: Context): () => void {
  takeInterrupted(ctx, ctx.runner.endedBefore).then(
    (files) => files > 0 && ctx.log.info({ files }, "files of an earlier process wait again"),
    (error: Error) =>
      ctx.log.warn({ err: error }, "files of an earlier process wait until their leases end"),
  );
  return ctx.runner.onDeath((worker) => {
    onDeath(ctx, worker).catch((error: Error) =>
      ctx.log.warn({ err: error, worker }, "a dead worker's files wait until their lease ends"),
    );
  });
}

async function onDeath(ctx: Context, worker: string): Promise<void> {
  const output = (await ctx.runner.lastWords(worker, outputBytes)) ?? "";
  const lastWords = readableEnd(output, lastWordsCharacters);
  const files = await expireLeasesOf(ctx, worker, lastWords);
  if (files === 0) return;
  ctx.log.warn({ worker, files, lastWords }, "a worker died with files");
}
