import { isLockTimeout } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import { workTopic } from "../../queue/contract.ts";
import { unqueueFiles } from "./publish-store.ts";
import { type OverdueStep, overdueSteps } from "./republish-store.ts";

const page = 500;
const first = { request: "00000000-0000-0000-0000-000000000000", step: 0 };

/**
 * If a topic is empty although its files have been queued for a while, their messages were lost:
 * the files go back to waiting and are published again. Returns their number.
 */
export async function republishLost(
  ctx: Deps<"advanceQueue" | "db" | "ledger" | "log" | "queue">,
): Promise<number> {
  let returned = 0;
  for (let after = first; ; ) {
    const steps = await overdueSteps(ctx.db.query, after, page);
    for (const { request, step } of await withEmptyTopic(ctx, steps)) {
      const files = await unqueueStep(ctx, request, step);
      if (files > 0) ctx.advanceQueue.add(request);
      returned += files;
    }
    const last = steps.at(-1);
    if (steps.length < page || !last) return returned;
    after = last;
  }
}

/** Files of a step that have been queued for a while wait again; returns their number. */
export async function unqueueStep(
  { ledger, log }: Deps<"ledger" | "log">,
  request: string,
  step: number,
): Promise<number> {
  try {
    return await unqueueFiles(ledger.query, request, step);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    log.warn(
      { request_id: request },
      "rows of a request are locked; its lost messages are published at the next sweep",
    );
    return 0;
  }
}

async function withEmptyTopic(
  { queue }: Deps<"queue">,
  steps: readonly OverdueStep[],
): Promise<OverdueStep[]> {
  if (steps.length === 0) return [];
  const topicOf = ({ operation, request }: OverdueStep) => workTopic(operation, request);
  const depths = await queue.depths([...new Set(steps.map(topicOf))]);
  return steps.filter((step) => (depths.get(topicOf(step)) ?? 0) === 0);
}
