import type { Context } from "../../deps.ts";
import { endingMoves } from "../state.ts";
import type { Slice } from "./advance-queue.ts";
import type { RequestFacts } from "./advance-store.ts";
import { endRequest } from "./end.ts";
import { fewFiles, registerLeavesFiles } from "./register.ts";
import { type SettledAs, settleOpenFiles } from "./settle-store.ts";
import { noteWarnings } from "./warnings.ts";

/**
 * In chunks: one UPDATE of 800,000 rows took 3.8 s; late successes still count in between. True if
 * work that takes long is left.
 */
export async function settleLeavesWork(
  ctx: Context,
  request: RequestFacts,
  slice: Slice,
): Promise<boolean> {
  if (!slice.long && openFiles(request) > fewFiles) return true;
  const as = settledAs(request);
  // A deadline or a stop accounts for every known file, including those not registered yet.
  if (request.state === "running" && request.ending !== "failed") {
    if (await registerLeavesFiles(ctx, request, slice)) return true;
  }
  for (;;) {
    const { isLast } = await ctx.chunks.settle.run((rows) =>
      settleOpenFiles(ctx.ledger.query, request.id, as, rows),
    );
    if (isLast) break;
    ctx.notifier.notify(`request:${request.id}`);
    if (!slice.long || slice.isOver()) return true;
  }
  await noteWarnings(ctx, request);
  if (request.state === "canceling") return endLeavesWork(ctx, request, slice, "endCancel");
  if (request.ending === "failed" || request.state !== "running")
    return endLeavesWork(ctx, request, slice, "fail");
  return endLeavesWork(ctx, request, slice, "complete");
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

/** True if the request has ended and what it left behind is still to be removed. */
export async function endLeavesWork(
  ctx: Context,
  { id, reason, datasetFiles }: RequestFacts,
  slice: Slice,
  move: "complete" | "fail" | "endCancel",
): Promise<boolean> {
  const cleansUp = slice.long || datasetFiles <= fewFiles;
  const why = move === "fail" ? (reason ?? undefined) : undefined;
  return (await endRequest(ctx, id, move, why, cleansUp)) && !cleansUp;
}
