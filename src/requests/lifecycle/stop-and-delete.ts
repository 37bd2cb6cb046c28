// For façades whose clients delete what still works, in one call.
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { UnavailableError } from "../../errors.ts";
import { readRequest } from "../read/request.ts";
import { isFinal } from "../state.ts";
import type { RequestView } from "../views.ts";
import { requestBecomes } from "./becomes.ts";
import { cancelIfOpen } from "./cancel.ts";
import { deleteRequest } from "./delete.ts";

const secondsToStop = 20;
const secondsToRemove = 5;

/**
 * Stops what still works on the request, and removes it. `what`: the façade's word for it, in the
 * sentence of a 503 where it takes too long.
 */
export async function stopAndDelete(
  ctx: Context,
  view: RequestView,
  caller: Caller,
  what: string,
): Promise<void> {
  if (!isFinal(view.state)) await stop(ctx, view, caller, what);
  await deleteRequest(ctx, view.id, caller, { waitSeconds: secondsToRemove });
}

async function stop(
  ctx: Context,
  { id }: RequestView,
  caller: Caller,
  what: string,
): Promise<void> {
  await cancelIfOpen(ctx, id, caller);
  const isStopped = await requestBecomes(ctx, { id, seconds: secondsToStop }, async () =>
    isFinal((await readRequest(ctx, id, caller)).state),
  );
  if (!isStopped)
    throw new UnavailableError(`The ${what} is being stopped; delete it again later.`);
}
