import type { Deps } from "../../deps.ts";
import { UnavailableError } from "../../errors.ts";
import { isUuid, leastUuid } from "../../uuid.ts";
import { isAttachment } from "../attachments/names.ts";
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
      .filter(
        ({ name, modifiedAt }) => !named.has(name) && !isAttachment(name) && modifiedAt < ended,
      )
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
  for (let after = leastUuid; ; ) {
    const ids = await requestsWithMarked(ctx.ledger.query, after, page);
    done += await removeEach(ctx, ids, (id) => removeMarkedResults(ctx, id));
    if (ids.length < page) return done;
    after = ids.at(-1) ?? after;
  }
}

/**
 * Removes the buckets of requests that were deleted or whose results have expired: an upload that
 * began before may have made one again. Buckets that the ledger never had are not ours: an S3
 * account has those of others.
 */
export async function removeOrphanedBuckets(ctx: Deps<"db" | "log" | "store">): Promise<number> {
  const buckets = (await ctx.store.buckets()).filter(isUuid);
  let removed = 0;
  for (let at = 0; at < buckets.length; at += page) {
    const ids = buckets.slice(at, at + page);
    const deleted = await deletedRequests(ctx.db.query, ids);
    removed += await removeEach(ctx, deleted, (id) => ctx.store.removeBucket(id));
    const expired = await expiredRequests(ctx.db.query, ids);
    removed += await removeEach(ctx, expired, (id) => removeExpiredBucket(ctx, id));
  }
  return removed;
}

/**
 * Returns the number of requests whose objects were removed. A failure of one leaves the others
 * alone; where the store is away, it ends the whole.
 */
export async function removeEach(
  { log }: Deps<"log">,
  ids: readonly string[],
  remove: (id: string) => Promise<unknown>,
): Promise<number> {
  let removed = 0;
  for (const id of ids) {
    try {
      if ((await remove(id)) !== false) removed++;
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      log.warn(
        { err: error, request_id: id },
        "objects were not removed; the next sweep tries again",
      );
    }
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
