import type { Context } from "../context.ts";
import { Refused } from "../errors.ts";
import { moveRequest } from "./move-store.ts";
import { readRequest } from "./progress.ts";
import type { RequestView } from "./request.ts";
import { isFinal } from "./state.ts";

/** Answers once nothing more is given out; the files are settled in chunks after it. A canceled request stays as it is; another ended one is refused. */
export async function cancel(ctx: Context, id: string): Promise<RequestView> {
  const before = await readRequest(ctx, id);
  if (before.state === "canceling" || before.state === "canceled") return before;
  const moved = await ctx.db.tx((query) => moveRequest(query, before.id, "cancel"));
  if (moved) ctx.advance.ring(before.id);
  const after = await readRequest(ctx, id);
  if (!moved && isFinal(after.state) && after.state !== "canceled") {
    throw new Refused(409, "request_ended", `The request has ended already (${after.state}); there is nothing to cancel.`);
  }
  return after;
}
