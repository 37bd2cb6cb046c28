import type { Deps } from "../../deps.ts";
import { isUuid } from "../../uuid.ts";
import { recordedNames } from "../read/results.ts";
import {
  deletedRequests,
  deleteResultRows,
  endedAt,
  expiredRequests,
  lockExpired,
  markedNames,
  markPassedResults,
  requestsWithMarked,
} from "./orphaned-objects-store.ts";

const page = 1000;
const firstId = "00000000-0000-0000-0000-000000000000";

/**
 * Removes objects that no result needs: those of earlier steps and of superseded attempts. Works in
 * two phases, so that a crash leaves garbage but never a row without its object. Keeps what is
 * newer than the request's end, since a redrive may already be uploading.
 */
export async function removeOrphanedObjects(ctx: Deps<"db" | "store">, id: string): Promise<void> {
  const ended = await endedAt(ctx.db.query, id);
  if (!ended) return;
  await markPassedResults(ctx.db.query, id);
  await removeMarkedResults(ctx, id);
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

/** Nobody reads marked results any more. Their rows go after their objects. */
export async function removeMarkedResults(ctx: Deps<"db" | "store">, id: string): Promise<void> {
  for (let after = ""; ; ) {
    const names = await markedNames(ctx.db.query, id, after, page);
    if (!names.length) return;
    await ctx.store.remove(id, names);
    await deleteResultRows(ctx.db.query, id, names);
    after = names.at(-1) ?? after;
  }
}

/** Removes what a process that died has marked. Returns the number of requests. */
export async function removeAllMarked(
  ctx: Deps<"db" | "ledger" | "log" | "store">,
): Promise<number> {
  let done = 0;
  for (let after = firstId; ; ) {
    const ids = await requestsWithMarked(ctx.ledger.query, after, page);
    for (const id of ids) {
      try {
        await removeMarkedResults(ctx, id);
        done++;
      } catch (error) {
        ctx.log.warn({ err: error, request_id: id }, "objects were not removed; they are later");
      }
    }
    if (ids.length < page) return done;
    after = ids.at(-1) ?? after;
  }
}

/**
 * Removes the buckets of requests that were deleted or whose results have expired: an upload that
 * began before may have made one again. Buckets that the ledger never had are not ours: an S3
 * account has those of others.
 */
export async function removeOrphanedBuckets(ctx: Deps<"db" | "store">): Promise<number> {
  const buckets = (await ctx.store.buckets()).filter(isUuid);
  let removed = 0;
  for (let at = 0; at < buckets.length; at += page) {
    const ids = buckets.slice(at, at + page);
    for (const id of await deletedRequests(ctx.db.query, ids)) {
      await ctx.store.removeBucket(id);
      removed++;
    }
    for (const id of await expiredRequests(ctx.db.query, ids))
      if (await removeExpiredBucket(ctx, id)) removed++;
  }
  return removed;
}

/**
 * A page at a time, each under a lock, so that no redrive uploads into the bucket meanwhile and
 * none waits for long; the results are already removed. If a redrive has begun, the rest stays.
 */
async function removeExpiredBucket(ctx: Deps<"db" | "store">, id: string): Promise<boolean> {
  for (;;) {
    const left = await ctx.db.tx(async (query) => {
      if (!(await lockExpired(query, id))) return undefined;
      const objects = await ctx.store.list(id, { limit: page });
      if (objects.length === 0) await ctx.store.removeBucket(id);
      else
        await ctx.store.remove(
          id,
          objects.map(({ name }) => name),
        );
      return objects.length;
    });
    if (!left) return left === 0;
  }
}
