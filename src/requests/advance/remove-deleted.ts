import type { Deps } from "../../deps.ts";
import { markAllLeft } from "../../tasks/left-files.ts";
import { createdOn, deleteFileRows, deleteRequestRow } from "./remove-deleted-store.ts";

/**
 * Removes the objects and then the rows of a request that is being deleted; the request's own row
 * goes last. Whatever crashes in between, the next run does the rest: nobody sees the request.
 */
export async function removeDeleted(
  ctx: Deps<"ledger" | "log" | "notifier" | "store">,
  id: string,
): Promise<void> {
  const { query } = ctx.ledger;
  const day = await createdOn(query, id);
  if (day === undefined) return;
  // Tasks must still release these files outside; they keep what they need for that.
  await markAllLeft(ctx, id);
  await ctx.store.removeBucket(id);
  for (let last: number | null = 0; last !== null; )
    last = await deleteFileRows(query, { id, createdOn: day }, last);
  await deleteRequestRow(query, id);
  ctx.log.info({ request_id: id }, "a request was deleted");
  ctx.notifier.notify(`request:${id}`);
}
