import { noProgramClass } from "../../operations/contract.ts";
import type { RequestView } from "../views.ts";
import type { ActivityRow } from "./activity-store.ts";
import { filesWait, sentenceEnd } from "./phrases.ts";
import type { Why } from "./waiting.ts";
import type { Withheld } from "./withheld-store.ts";

/** Workers try at least this often whether files can be written again. */
const currentMilliseconds = 90_000;

/**
 * While files wait that workers gave back since they could not write, or start a program. Files
 * that are withheld wait for something else.
 */
export function storageReason(
  view: RequestView,
  activity: ActivityRow,
  withheld: Withheld | null,
): Why | undefined {
  for (const { step, operation, waiting, queued } of view.steps) {
    const open = waiting + queued - (withheld?.filesOfStep[step] ?? 0);
    const found = activity.operations?.find((known) => known.operation === operation);
    const problem = found?.storageProblem;
    if (!problem || open <= 0) continue;
    const isNewest = problem.at >= (found.claimedAt ?? 0);
    const isRecent = activity.now - problem.at < currentMilliseconds;
    if (problem.at < progressedAt(activity) || !(isNewest || isRecent)) continue;
    const files = filesWait(open);
    const again = "Workers try again by themselves; this costs no try.";
    const rest = `${sentenceEnd(problem.sentence)} ${again}`;
    if (problem.class === noProgramClass)
      return { reason: "workers", sentence: `${files} for a worker that can start it. ${rest}` };
    return {
      reason: problem.class === "store" ? "store" : "disk",
      sentence: `${files} until results can be written again. ${rest}`,
    };
  }
  return undefined;
}

/** The first sample of a request is no progress. */
function progressedAt({ sampled }: ActivityRow): number {
  return (sampled ?? []).slice(1).at(-1) ?? 0;
}
