import type { Deps } from "../../deps.ts";
import { isOfService } from "../../operations/offered.ts";
import type { RequestView, StepView } from "../views.ts";
import { noteOfTasks } from "./outside-store.ts";
import { filesAre } from "./phrases.ts";

/**
 * Why files wait in a step of a service operation. Undefined when none do, or while workers have
 * files of the request. The operation's own note is the most specific and comes last.
 */
export async function outsideReason(
  { db, operations }: Deps<"db" | "operations">,
  view: RequestView,
): Promise<{ reason: "outside"; sentence: string } | undefined> {
  const isOutside = ({ operation }: StepView) => isOfService(operations, operation);
  if (view.steps.some((step) => !isOutside(step) && step.running + step.queued > 0))
    return undefined;
  const steps = view.steps.filter(isOutside);
  const busy = steps.find(({ running }) => running > 0);
  if (busy) {
    const note = await noteOfTasks(db.query, view.id, busy.step);
    const sentence = `${filesAre(busy.running)} with the outside service of ${busy.operation} now.`;
    return { reason: "outside", sentence: note ? `${sentence} ${note}` : sentence };
  }
  const gathered = steps.find(({ queued }) => queued > 0);
  if (!gathered) return undefined;
  return {
    reason: "outside",
    sentence: `${filesAre(gathered.queued)} ready for the next batch of ${gathered.operation}.`,
  };
}
