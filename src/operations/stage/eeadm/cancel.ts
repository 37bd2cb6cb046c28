import type { StageFacility } from "../settings.ts";
import { callEeadm } from "./call.ts";
import { markEnded, type Recall, stop } from "./journal.ts";
import { taskNumberOf } from "./results.ts";

/** Ends a recall: by its number where the tape system has named it, and its process always. */
export async function cancelRecall(facility: StageFacility, recall: Recall): Promise<void> {
  const number = await taskNumberOf(recall);
  // A task that has ended meanwhile is refused, which is as good.
  if (number !== undefined) await callEeadm(facility, ["task", "cancel", number]);
  await stop(recall);
  await markEnded(recall);
}
