import type { Deps } from "../../deps.ts";
import { isUuid } from "../../uuid.ts";
import { recordedNames } from "../read/results.ts";
import {
  deleteAllResultRows,
  deletedRequests,
  deleteResultRows,
  endedAt,
  markAllResults,
  markPassedResults,
} from "./orphaned-objects-store.ts";

const page = 1000;

/**
 * Removes objects that no result needs: those of earlier steps and of superseded attempts. Works in
 * two phases, so that a crash leaves garbage but never a row without its object. Keeps what is
 * newer than the request's end, since a redrive may already be uploading.
 */
export async function removeOrphanedObjects(ctx: Deps<"db" | "store">, id: string): Promise<void> {
  const ended = await endedAt(ctx.db.query, id);
  if (!ended) return;
  const passed = await markPassedResults(ctx.db.query, id);
  if (passed.length) {
    await ctx.store.remove(id, passed);
    await deleteResultRows(ctx.db.query, id, passed);
  }
  for (let after = ""; ; ) {
    const objects = await ctx.store.list(id, { limit: page, ...(after ? { after } : {}) });
    if (!objects.length) return;
    const named = await recordedNames(
      ctx,
      id,
      objects.map((object) => object.name),
    );
    const orphans = objects
      .filter((object) => !named.has(object.name) && object.modifiedAt < ended)
      .map((object) => object.name);
    if (orphans.length) await ctx.store.remove(id, orphans);
    if (objects.length < page) return;
    after = objects.at(-1)?.name ?? "";
  }
}

/** Marks the rows, removes the objects, then deletes the rows. */
export async function removeResults(ctx: Deps<"db" | "store">, id: string): Promise<void> {
  await markAllResults(ctx.db.query, id);
  await ctx.store.removeBucket(id);
  await deleteAllResultRows(ctx.db.query, id);
}

/**
 * Removes the buckets of deleted requests: an upload that began before the deletion may have made
 * one again. Buckets that the ledger never had are not ours: an S3 account has those of others.
 */
export async function removeOrphanedBuckets(ctx: Deps<"db" | "store">): Promise<number> {
  const buckets = (await ctx.store.buckets()).filter(isUuid);
  let removed = 0;
  for (let at = 0; at < buckets.length; at += page) {
    for (const id of await deletedRequests(ctx.db.query, buckets.slice(at, at + page))) {
      await ctx.store.removeBucket(id);
      removed++;
    }
  }
  return removed;
}
