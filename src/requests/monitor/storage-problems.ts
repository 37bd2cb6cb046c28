import type { Deps } from "../../deps.ts";
import { isStorageClass, noProgramClass } from "../../operations/contract.ts";
import type { ReportRow } from "../reports/report-row.ts";

/**
 * Of the recorded reports, those of files that were given back since nothing could be written, or a
 * program could not be started.
 */
export async function recordStorageProblems(
  { activity, stepOperations }: Deps<"activity" | "stepOperations">,
  reports: ReportRow[],
): Promise<void> {
  const rows = reports.filter(
    ({ status, class: name }) =>
      status === "given_back" && (isStorageClass(name ?? "") || name === noProgramClass),
  );
  if (rows.length === 0) return;
  const operations = await stepOperations(rows);
  for (const [index, row] of rows.entries()) {
    const operation = operations[index];
    if (operation !== undefined)
      activity.recordStorageProblem({
        operation,
        class: row.class ?? "",
        sentence: row.info ?? "",
      });
  }
}
