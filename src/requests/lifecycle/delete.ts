import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { keepReceipt } from "../../receipts/issue.ts";
import { noteAdmin } from "../../users/acts.ts";
import { sourceOf } from "../advance/advance-queue.ts";
import { idWhileDeleting, readRequest } from "../read/request.ts";
import { viewOf } from "../read/request-view.ts";
import { isFinal } from "../state.ts";
import type { RequestView } from "../views.ts";
import { requestBecomes } from "./becomes.ts";
import { beginDeletion, isGone } from "./delete-store.ts";

type DeleteDeps = Deps<"advanceQueue" | "db" | "notifier" | "signingKey" | "urls">;

/** Most requests are removed in less; the rest is removed after the call has returned. */
const defaultWaitSeconds = 30;

/**
 * From the move on, nobody sees the request or its results; `advance` removes them, whatever
 * crashes. Waits for that, but not for long. Another delete of the same request succeeds too. The
 * receipt stays.
 */
export async function deleteRequest(
  ctx: DeleteDeps,
  id: string,
  caller: Caller,
  { waitSeconds = defaultWaitSeconds }: { waitSeconds?: number } = {},
): Promise<void> {
  const begun = await begin(ctx, id, caller);
  ctx.advanceQueue.add(begun, sourceOf(caller));
  await requestBecomes(ctx, { id: begun, seconds: waitSeconds }, () => isGone(ctx.db.query, begun));
}

/** Returns the id as the ledger has it. */
async function begin(
  ctx: Deps<"db" | "signingKey" | "urls">,
  id: string,
  caller: Caller,
): Promise<string> {
  try {
    const request = await readRequest(ctx, id, caller, "request.delete");
    await moveOn(ctx, request, caller);
    return request.id;
  } catch (error) {
    const begun = await idWhileDeleting(ctx, id, caller, "request.delete");
    if (begun === undefined) throw error;
    return begun;
  }
}

/** Tries again if a redrive has ended another round meanwhile: its receipt is made first. */
async function moveOn(
  ctx: Deps<"db" | "signingKey" | "urls">,
  request: RequestView,
  caller: Caller,
): Promise<void> {
  const { id, owner } = request;
  for (let now: RequestView | undefined = request; now; now = await viewOf(ctx, id)) {
    if (!isFinal(now.state)) throw notEnded(now);
    try {
      await keepReceipt(ctx, now.id);
    } catch (error) {
      // Redriven or deleted since it was read: the next pass decides.
      if (!(error instanceof RequestError)) throw error;
    }
    const begun = await ctx.db.tx(async (query) => {
      if (!(await beginDeletion(query, id))) return false;
      await noteAdmin(query, caller, { act: "request.delete", subject: id }, owner);
      return true;
    });
    if (begun) return;
  }
}

function notEnded({ state }: RequestView): RequestError {
  return new RequestError(
    409,
    "request_open",
    `The request is ${state}; cancel it first, then delete it.`,
  );
}
