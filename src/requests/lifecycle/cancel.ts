import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { sourceOf } from "../advance/advance-queue.ts";
import { moveRequest } from "../move-store.ts";
import { requestToChange } from "../read/request.ts";
import { isFinal } from "../state.ts";
import type { RequestView } from "../views.ts";

/**
 * Resolves once no more files are given to workers; open files are settled in chunks afterwards.
 * Canceling a canceled request changes nothing; a request that ended in another way is refused.
 */
export async function cancel(
  ctx: Deps<"advanceQueue" | "db" | "notifier">,
  id: string,
  caller: Caller,
): Promise<RequestView> {
  for (;;) {
    const before = await requestToChange(ctx, id, caller);
    if (before.state === "canceling" || before.state === "canceled") return before;
    if (await ctx.db.tx((query) => moveRequest(query, before.id, "cancel"))) {
      ctx.advanceQueue.add(before.id, sourceOf(caller));
      // Its lookup ends if nobody else waits for it
      ctx.notifier.notify("lookup");
      return requestToChange(ctx, id, caller);
    }
    const after = await requestToChange(ctx, id, caller);
    if (isFinal(after.state) && after.state !== "canceled") throw ended(after);
    // Canceled by another call, or redriven since: then it can be canceled now.
  }
}

function ended({ state }: RequestView): RequestError {
  return new RequestError(
    409,
    "request_ended",
    `The request has already ended (${state}); there is nothing to cancel.`,
  );
}
