import type { RequestView } from "../views.ts";
import type { ActivityRow } from "./activity-store.ts";
import type { Why } from "./waiting.ts";

const awayMilliseconds = 30_000;

/** No process has done the duty for a while, or since a time in milliseconds. */
export function isUnattended(
  { beats, now }: ActivityRow,
  duty: "scheduler" | "workers",
  since = Number.NEGATIVE_INFINITY,
): boolean {
  const at = Math.max(beats?.[duty] ?? Number.NEGATIVE_INFINITY, since);
  return now - at > awayMilliseconds;
}

/** While no process looks up datasets and publishes files, and none is ready for a worker. */
export function unscheduledReason(
  { counters: { queued }, created_at }: RequestView,
  activity: ActivityRow,
): Why | undefined {
  // The service may have been started a moment ago, and so may the request.
  if (queued > 0 || !isUnattended(activity, "scheduler", Date.parse(created_at))) return undefined;
  return {
    reason: "scheduler",
    sentence:
      "No process of the service looks up datasets and publishes files now: start one with " +
      "ROLES=scheduler.",
  };
}
