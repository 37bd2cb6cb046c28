import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { moveRequest } from "../move-store.ts";
import { readRequest } from "../read/request.ts";
import { isFinal } from "../state.ts";
import type { RequestView } from "../views.ts";

/** Answers once nothing more is given out; the files are settled in chunks after it. A canceled request stays as it is; another ended one is refused. */
export async function cancel(ctx: Deps<"advanceQueue" | "db">, id: string): Promise<RequestView> {
  const before = await readRequest(ctx, id);
  if (before.state === "canceling" || before.state === "canceled") return before;
  const moved = await ctx.db.tx((query) => moveRequest(query, before.id, "cancel"));
  if (moved) ctx.advanceQueue.add(before.id);
  const after = await readRequest(ctx, id);
  if (!moved && isFinal(after.state) && after.state !== "canceled") {
    throw new RequestError(
      409,
      "request_ended",
      `The request has ended already (${after.state}); there is nothing to cancel.`,
    );
  }
  return after;
}
