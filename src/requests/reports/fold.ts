import type { ReportAnswer } from "../views.ts";
import type { ReportRow } from "./report-row.ts";

/**
 * Combines two reports of an attempt into one row: the first final report decides, otherwise the
 * latest; the time of a start is kept for the history. `reported` answers the second report once
 * the row is recorded. Undefined if they are about different attempts.
 */
export function fold(
  first: ReportRow,
  second: ReportRow,
): { row: ReportRow; reported: ReportAnswer } | undefined {
  if (first.open !== second.open) return undefined;
  if (!first.open && (first.step !== second.step || first.attempt !== second.attempt))
    return undefined;
  if (first.status === second.status) return { row: first, reported: "duplicate" };
  if (first.status === "start")
    return { row: { ...second, startAt: first.at }, reported: "recorded" };
  if (second.status !== "start") return { row: first, reported: "superseded" };
  if (first.startAt !== null) return { row: first, reported: "duplicate" };
  return { row: { ...first, startAt: second.at }, reported: "recorded" };
}
