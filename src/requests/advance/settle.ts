import type { Context } from "../../deps.ts";
import { endRuns } from "../sidecars/end-runs.ts";
import { endingMoves } from "../state.ts";
import type { Rest, Slice } from "./advance-queue.ts";
import type { RequestFacts } from "./advance-store.ts";
import { cleanUp, endRequest } from "./end.ts";
import { fewFiles, registerLeavesFiles } from "./register.ts";
import { type SettledAs, settleOpenFiles } from "./settle-store.ts";
import { noteWarnings } from "./warnings.ts";

/**
 * In chunks: one UPDATE of 800,000 rows took 3.8 s; late successes still count in between. Returns
 * what is left for another slice.
 */
export async function settle(ctx: Context, request: RequestFacts, slice: Slice): Promise<Rest> {
  if (!slice.long && openFiles(request) > fewFiles) return "long";
  // Their files are settled whatever they do: the sooner they take no more, the less is in vain.
  // A broker that is away keeps no request from its end, which asks it once more.
  const dismissed = endRuns(ctx, request);
  try {
    return await settleFiles(ctx, request, slice);
  } finally {
    await dismissed;
  }
}

async function settleFiles(ctx: Context, request: RequestFacts, slice: Slice): Promise<Rest> {
  const as = settledAs(request);
  // A deadline or a stop accounts for every known file, including those not registered yet.
  if (request.state === "running" && request.ending !== "failed") {
    if (await registerLeavesFiles(ctx, request, slice)) return "long";
  }
  for (;;) {
    const { isLast } = await ctx.chunks.settle.run((rows) =>
      settleOpenFiles(ctx.ledger.query, request.id, as, rows),
    );
    if (isLast) break;
    ctx.notifier.notify(`request:${request.id}`);
    if (!slice.long || slice.isOver()) return "long";
  }
  await noteWarnings(ctx, request);
  if (request.state === "canceling") return end(ctx, request, slice, "endCancel");
  if (request.ending === "failed" || request.state !== "running")
    return end(ctx, request, slice, "fail");
  return end(ctx, request, slice, "complete");
}

function openFiles({ steps }: RequestFacts): number {
  return steps.reduce((sum, { waiting, queued, running }) => sum + waiting + queued + running, 0);
}

function settledAs({ state, ending, reason }: RequestFacts): SettledAs {
  if (state === "canceling") return { state: "canceled" };
  return {
    state: "failed",
    class: ending ?? endingMoves.fail.to,
    reason: reason ?? "stopped",
    fingerprint: `ended-${ending}`,
  };
}

/** What a large request leaves behind is removed in a slice of its own. */
export async function end(
  ctx: Context,
  { id, reason, datasetFiles }: RequestFacts,
  slice: Slice,
  move: "complete" | "fail" | "endCancel",
): Promise<Rest> {
  const why = move === "fail" ? (reason ?? undefined) : undefined;
  if (!(await endRequest(ctx, id, move, why))) return "nothing";
  if (!slice.removal && datasetFiles > fewFiles) return "removal";
  await cleanUp(ctx, id);
  return "nothing";
}
