import type { ReportRow } from "../../src/requests/reports/report-row.ts";

/** A success of file 1, and what of it differs. */
export function reportRow(more: Partial<ReportRow>): ReportRow {
  return {
    request: "6f1a2b3c-0000-4000-8000-000000000001",
    file: 1,
    step: 1,
    attempt: 1,
    status: "success",
    open: false,
    worker: "w",
    at: 0,
    startAt: null,
    class: null,
    groupMessage: null,
    fingerprint: null,
    info: null,
    content: null,
    results: null,
    inputSize: null,
    inputSha256: null,
    ...more,
  };
}
