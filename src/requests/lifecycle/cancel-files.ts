import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { markAllLeft } from "../../tasks/left-files.ts";
import { noteAdmin } from "../../users/acts.ts";
import { sourceOf } from "../advance/advance-queue.ts";
import { requestToChange } from "../read/request.ts";
import { cancelOpenFiles } from "./cancel-files-store.ts";

/**
 * Cancels those of these files that are open, and leaves the others of the request alone. Files
 * that have ended stay as they are. Returns how many were canceled. For whole requests: `cancel`.
 */
export async function cancelFiles(
  ctx: Deps<"advanceQueue" | "db" | "ledger" | "notifier">,
  id: string,
  files: number[],
  caller: Caller,
): Promise<number> {
  const view = await requestToChange(ctx, id, caller);
  const canceled = await ctx.db.tx(async (query) => {
    const moved = await cancelOpenFiles(query, view.id, files);
    if (moved > 0)
      await noteAdmin(query, caller, { act: "request.cancel", subject: view.id }, view.owner);
    return moved;
  });
  if (canceled > 0) await markAllLeft(ctx, view.id);
  ctx.advanceQueue.add(view.id, sourceOf(caller));
  return canceled;
}
