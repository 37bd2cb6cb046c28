import type { Context } from "../context.ts";
import { requestRow } from "./progress-store.ts";
import { forgetAllResults, forgetResults, markAllResults, markPassedResults, namedResults } from "./results-store.ts";

const page = 1000;

/**
 * Objects that no result needs: of earlier steps, and of attempts that lost. In two phases, so that a crash leaves only work, no lie.
 * Only what is older than the request's end goes: a redrive may be uploading already.
 */
export async function removeLeftovers(ctx: Context, id: string): Promise<void> {
  const endedAt = (await requestRow(ctx.db.query, id))?.finished_at;
  if (!endedAt) return;
  const passed = await markPassedResults(ctx.db.query, id);
  if (passed.length) {
    await ctx.store.remove(id, passed);
    await forgetResults(ctx.db.query, id, passed);
  }
  for (let after = ""; ; ) {
    const objects = await ctx.store.list(id, { limit: page, ...(after ? { after } : {}) });
    if (!objects.length) return;
    const named = await namedResults(
      ctx.db.query,
      id,
      objects.map((object) => object.name),
    );
    const stray = objects.filter((object) => !named.has(object.name) && object.modifiedAt < endedAt).map((object) => object.name);
    if (stray.length) await ctx.store.remove(id, stray);
    if (objects.length < page) return;
    after = objects.at(-1)?.name ?? "";
  }
}

/** Marks, removes the objects, then forgets the rows. */
export async function removeResults(ctx: Context, id: string): Promise<void> {
  await markAllResults(ctx.db.query, id);
  await ctx.store.removeBucket(id);
  await forgetAllResults(ctx.db.query, id);
}
