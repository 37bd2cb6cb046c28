import type { Deps } from "../../../deps.ts";
import { isFinal } from "../../../requests/state.ts";
import type { RequestView } from "../../../requests/views.ts";
import type { Endpoint } from "../../endpoint.ts";
import { findRequest } from "../find.ts";
import { writeJsonList } from "../json-list.ts";
import { outcomesOf } from "../outcomes.ts";
import { statisticsOf } from "../store.ts";
import { toTransformations } from "../transformation.ts";

/** Clients of 2022 and the pages poll this. */
export const status: Endpoint = {
  method: "get",
  path: "/servicex/transformation/:id/status",
  access: "request.read",
  async answer({ ctx, caller, params, query }) {
    const asked = params.id ?? "";
    const view = await findRequest(ctx, asked, caller);
    const [transformation] = await toTransformations(ctx, [view]);
    const head = {
      status: transformation?.status,
      "request-id": asked,
      "submit-time": transformation?.["submit-time"],
      "finish-time": transformation?.["finish-time"],
      "files-completed": transformation?.["files-completed"],
      "files-failed": transformation?.["files-failed"],
      "files-processed": transformation?.["files-processed"],
      "files-skipped": transformation?.["files-skipped"],
      "files-remaining": transformation?.["files-remaining"],
      stats: await statsOf(ctx, view),
    };
    if (!isYes(query.get("details"))) return { status: 200, body: head };
    const outcomes = outcomesOf(ctx, view, caller);
    return { write: (response) => writeJsonList(response, "details", outcomes, head) };
  },
};

function isYes(text: string | null): boolean {
  return text !== null && !["", "0", "false", "no", "off"].includes(text.toLowerCase());
}

/**
 * Adding up costs what a request is large: while a large one runs, and is asked about every few
 * seconds, nothing is added up.
 */
const mostWhileRunning = 20_000;

async function statsOf(ctx: Deps<"db">, { id, state, counters }: RequestView) {
  if (counters.done === 0 || (!isFinal(state) && counters.done > mostWhileRunning)) return null;
  const sums = await statisticsOf(ctx.db.query, id);
  if (!sums || sums.files === 0) return null;
  const { files, bytes, events, leastSeconds, mostSeconds, totalSeconds } = sums;
  const total = totalSeconds ?? 0;
  return {
    "min-time": Math.round(leastSeconds ?? 0),
    "max-time": Math.round(mostSeconds ?? 0),
    "avg-time": total / files,
    "total-time": Math.round(total),
    "total-bytes": bytes,
    "total-events": events,
    "avg-rate": total > 0 ? events / total : 0,
    "total-messages": 0,
  };
}
