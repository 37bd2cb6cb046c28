import type { Deps } from "../../deps.ts";
import { noteDone, tellOfDone } from "../../notices/done.ts";
import { workTopic } from "../../queue/contract.ts";
import { moveRequest } from "../move-store.ts";
import { type EndDeps, endRuns } from "../sidecars/end-runs.ts";
import { isFinal, requestMoves } from "../state.ts";
import { openFiles, readFacts } from "./advance-store.ts";
import { removeOrphanedObjects } from "./orphaned-objects.ts";

/**
 * Ends a round once: the guarded move decides, and only the caller for which it returns true cleans
 * up. After a crash in between, the sweep cleans up.
 */
export async function endRequest(
  ctx: Deps<"config" | "db" | "log" | "metrics" | "notifier">,
  id: string,
  move: "complete" | "fail" | "endCancel",
  reason?: string,
): Promise<boolean> {
  const ended = await ctx.db.tx(async (query) => {
    // `openFiles` locks the steps' rows, so no report can settle or reopen a file before the move.
    if ((await openFiles(query, id)) > 0) return false;
    const moved = await moveRequest(query, id, move, { reason });
    // Whoever canceled it knows.
    if (moved && move !== "endCancel") await noteDone(ctx, query, id);
    return moved;
  });
  if (!ended) return false;
  const state = requestMoves[move].to;
  ctx.metrics.requestsEnded.inc({ state });
  ctx.log.info({ request_id: id, state, reason }, "a request ended");
  ctx.notifier.notify(`request:${id}`);
  tellOfDone(ctx);
  return true;
}

/**
 * Removes what a request leaves behind outside the ledger: topics, queues, and objects that no
 * result names. Safe to run again.
 */
export async function cleanUp(ctx: EndDeps & Deps<"queue" | "store">, id: string): Promise<void> {
  const facts = await readFacts(ctx.db.query, id);
  if (facts && isFinal(facts.state)) await endRuns(ctx, facts);
  for (const operation of new Set(facts?.steps.map((step) => step.operation)))
    await ctx.queue.drop(workTopic(operation, id));
  await removeOrphanedObjects(ctx, id);
}
