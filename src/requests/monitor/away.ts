import type { RequestView } from "../views.ts";
import type { ActivityRow } from "./activity-store.ts";
import type { Why } from "./waiting.ts";

const awayMilliseconds = 30_000;

/** No process has done the duty for a while. */
export function isAway({ beats, now }: ActivityRow, duty: "scheduler" | "workers"): boolean {
  const at = beats?.[duty];
  return at === undefined || now - at > awayMilliseconds;
}

/** While no process looks up datasets and publishes files, and none is ready for a worker. */
export function unscheduledReason(
  { counters: { queued } }: RequestView,
  activity: ActivityRow,
): Why | undefined {
  if (queued > 0 || !isAway(activity, "scheduler")) return undefined;
  return {
    reason: "scheduler",
    sentence:
      "No process of the service looks up datasets and publishes files now: start one with " +
      "ROLES=scheduler.",
  };
}
