import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { RequestError, UnavailableError } from "../../errors.ts";
import { cancel } from "../../requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../requests/lifecycle/delete.ts";
import { readRequest } from "../../requests/read/request.ts";
import { isFinal } from "../../requests/state.ts";
import type { RequestView } from "../../requests/views.ts";

const secondsToStop = 20;
const secondsToRemove = 5;

/** Stops what still works on the job, and removes it with its files. */
export async function deleteJob(ctx: Context, view: RequestView, caller: Caller): Promise<void> {
  if (!isFinal(view.state)) await stop(ctx, view, caller);
  await deleteRequest(ctx, view.id, caller, { waitSeconds: secondsToRemove });
}

async function stop(ctx: Context, { id }: RequestView, caller: Caller): Promise<void> {
  await cancel(ctx, id, caller).catch((error: unknown) => {
    // It has ended meanwhile
    if (!(error instanceof RequestError) || error.code !== "request_ended") throw error;
  });
  const until = performance.now() + secondsToStop * 1000;
  while (!isFinal((await readRequest(ctx, id, caller)).state)) {
    const left = (until - performance.now()) / 1000;
    if (left <= 0) throw new UnavailableError("The job is being stopped; delete it again later.");
    await ctx.notifier.wait(`request:${id}`, Math.min(left, 0.5));
  }
}
