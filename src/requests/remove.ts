import type { Context } from "../context.ts";
import { Refused } from "../errors.ts";
import { removeResults } from "./leftovers.ts";
import { readRequest } from "./progress.ts";
import { keepReceipt } from "./receipt.ts";
import { forgetRequest } from "./remove-store.ts";
import { isFinal } from "./state.ts";

/** Results first, rows after: a crash between leaves a request without results, and the same call ends the work. The receipt stays. */
export async function remove(ctx: Context, id: string): Promise<void> {
  const request = await readRequest(ctx, id);
  if (!isFinal(request.state)) throw new Refused(409, "request_open", `The request is ${request.state}; cancel it first, then delete it.`);
  await keepReceipt(ctx, request.id);
  await removeResults(ctx, request.id);
  await forgetRequest(ctx.db, request.id);
}
