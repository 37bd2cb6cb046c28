// Files that come with a request. They belong to it: they are in its bucket, and go with it.
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { isWorkerOperation } from "../../operations/offered.ts";
import { removeEach } from "../advance/orphaned-objects.ts";
import type { Attachment, SubmitInput } from "../views.ts";
import { forgetAttachments, noteAttachments, requestsLeft } from "./keep-store.ts";
import { attachmentObject } from "./names.ts";

/** Throws 422 where a step reads an attachment that the request does not have. */
export function refuseUnattached(
  { operations }: Deps<"operations">,
  { steps, attachments = [] }: SubmitInput,
): void {
  for (const [index, { operation: word, settings }] of steps.entries()) {
    const operation = operations.get(word);
    if (!operation || !isWorkerOperation(operation)) continue;
    const known = attachments.map((attachment) => attachment.name);
    const missing = operation.attachments?.(settings).find((one) => !known.includes(one));
    if (missing === undefined) continue;
    const name = JSON.stringify(missing);
    const detail = `The request has no attachment ${name}, which the step reads.`;
    throw new RequestError(422, "no_attachment", detail, [{ pointer: `/steps/${index}`, detail }]);
  }
}

/**
 * Stores them before `insert` makes the request visible; removes them if it does not. What a crash
 * leaves behind, the sweep removes.
 */
export async function withAttachments(
  ctx: Deps<"db" | "log" | "store">,
  id: string,
  attachments: readonly Attachment[],
  insert: () => Promise<boolean>,
): Promise<boolean> {
  if (attachments.length === 0) return insert();
  await noteAttachments(ctx.db.query, id, attachments);
  try {
    for (const { name, size, open } of attachments)
      await ctx.store.put(id, attachmentObject(name), open(), { size });
  } catch (error) {
    await removeEach(ctx, [id], () => remove(ctx, id));
    throw error;
  }
  // Where this throws, the request may have been recorded all the same
  const isNew = await insert();
  if (!isNew) await removeEach(ctx, [id], () => remove(ctx, id));
  return isNew;
}

const oldSeconds = 3_600;
const page = 500;

/** Returns the number of requests. Newer attachments may be of a submit that is under way. */
export async function removeLeftAttachments(ctx: Deps<"db" | "log" | "store">): Promise<number> {
  const ids = await requestsLeft(ctx.db.query, oldSeconds, page);
  return removeEach(ctx, ids, (id) => remove(ctx, id));
}

async function remove({ db, store }: Deps<"db" | "store">, id: string): Promise<void> {
  await store.removeBucket(id);
  await forgetAttachments(db.query, id);
}
