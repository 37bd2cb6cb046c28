import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { noteAdmin } from "../../users/acts.ts";
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
    const view = await requestToChange(ctx, id, caller);
    if (view.state === "canceling" || view.state === "canceled") return view;
    if (isFinal(view.state)) throw ended(view);
    const canceled = await ctx.db.tx(async (query) => {
      if (!(await moveRequest(query, view.id, "cancel"))) return false;
      await noteAdmin(query, caller, { act: "request.cancel", subject: view.id }, view.owner);
      return true;
    });
    if (canceled) {
      ctx.advanceQueue.add(view.id, sourceOf(caller));
      // Its lookup ends if nobody else waits for it
      ctx.notifier.notify("lookup");
      return requestToChange(ctx, id, caller);
    }
    // It has changed since it was read: its new state decides.
  }
}

/** As `cancel`, of a request that may have ended meanwhile: that is no error. */
export async function cancelIfOpen(
  ctx: Deps<"advanceQueue" | "db" | "notifier">,
  id: string,
  caller: Caller,
): Promise<void> {
  await cancel(ctx, id, caller).catch((error: unknown) => {
    if (!(error instanceof RequestError) || error.code !== endedCode) throw error;
  });
}

const endedCode = "request_ended";

function ended({ state }: RequestView): RequestError {
  return new RequestError(
    409,
    endedCode,
    `The request has already ended (${state}); there is nothing to cancel.`,
  );
}
