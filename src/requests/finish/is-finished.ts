import type { Deps } from "../../deps.ts";
import { beginEnding } from "../move-store.ts";
import { openFinishes } from "./finish-store.ts";

/**
 * Whether a request whose files are all settled may end: every `finish` of its operations is done,
 * if there are any. A failed `finish` fails the request.
 */
export async function isFinished(
  ctx: Deps<"db" | "notifier" | "operations">,
  request: { id: string; steps: { step: number; operation: string }[] },
): Promise<boolean> {
  const steps = request.steps
    .filter(({ operation }) => ctx.operations.get(operation)?.finish !== undefined)
    .map(({ step }) => step);
  if (steps.length === 0) return true;
  const finishes = await openFinishes(ctx.db.query, request.id, steps);
  const failed = finishes.find(({ state }) => state === "failed");
  if (failed) {
    const reason = failed.reason ?? "no reason given";
    const sentence = `step ${failed.step} could not be finished: ${reason}`;
    await beginEnding(ctx.db.query, request.id, "fail", sentence);
    return false;
  }
  const isDone = finishes.every(({ state }) => state === "done");
  if (!isDone) ctx.notifier.notify("finish");
  return isDone;
}
