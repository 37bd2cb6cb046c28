import type { Change } from "./known-objects.ts";
import { components, containers, labelKeys } from "./names.ts";
import type { Pod } from "./shapes.ts";

/**
 * The name of the worker that has died with this change: its pod is gone or has failed, or our
 * worker's container was started again in it. What a transformer had taken is known by its queue
 * alone, and nothing is asked about it.
 */
export function deathIn({ before, after }: Change<Pod>): string | undefined {
  const { name, labels } = (after ?? before)?.metadata ?? {};
  if (labels?.[labelKeys.component] === components.transformer) return undefined;
  if (before && hasEnded(before)) return undefined;
  if (!after || hasEnded(after)) return name;
  return restartsOf(after) > restartsOf(before) ? name : undefined;
}

function hasEnded({ status: { phase } }: Pod): boolean {
  return phase === "Failed" || phase === "Succeeded";
}

/** A pod that is seen for the first time may have been started again long ago. */
function restartsOf(pod: Pod | undefined): number {
  if (!pod) return Number.POSITIVE_INFINITY;
  const ours = pod.status.containerStatuses.find(({ name }) => name === containers.worker);
  return ours?.restartCount ?? 0;
}
