import type { Deps } from "../../deps.ts";
import { requestRow } from "../read/request-store.ts";
import {
  deleteAllResultRows,
  deleteResultRows,
  markAllResults,
  markPassedResults,
  namedResults,
} from "../read/results-store.ts";

const page = 1000;

/**
 * Objects that no result needs: of earlier steps, and of attempts that lost. In two phases, so that
 * a crash leaves only work, no lie. Only what is older than the request's end goes: a redrive may
 * be uploading already.
 */
export async function removeOrphanedObjects(ctx: Deps<"db" | "store">, id: string): Promise<void> {
  const endedAt = (await requestRow(ctx.db.query, id))?.finished_at;
  if (!endedAt) return;
  const passed = await markPassedResults(ctx.db.query, id);
  if (passed.length) {
    await ctx.store.remove(id, passed);
    await deleteResultRows(ctx.db.query, id, passed);
  }
  for (let after = ""; ; ) {
    const objects = await ctx.store.list(id, { limit: page, ...(after ? { after } : {}) });
    if (!objects.length) return;
    const named = await namedResults(
      ctx.db.query,
      id,
      objects.map((object) => object.name),
    );
    const orphans = objects
      .filter((object) => !named.has(object.name) && object.modifiedAt < endedAt)
      .map((object) => object.name);
    if (orphans.length) await ctx.store.remove(id, orphans);
    if (objects.length < page) return;
    after = objects.at(-1)?.name ?? "";
  }
}

/** Marks, removes the objects, then forgets the rows. */
export async function removeResults(ctx: Deps<"db" | "store">, id: string): Promise<void> {
  await markAllResults(ctx.db.query, id);
  await ctx.store.removeBucket(id);
  await deleteAllResultRows(ctx.db.query, id);
}
