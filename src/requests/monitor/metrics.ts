import type { Logger } from "pino";
import { Counter, Histogram, type Registry } from "prom-client";
import { type CommonOperation, errorClasses } from "../../operations/contract.ts";
import type { ReportRow } from "../reports/report-row.ts";

/** Metrics of the ledger; doc/metrics.md says how to read them. */
export function makeLedgerMetrics(registry: Registry) {
  const registers = [registry];
  return {
    reports: new Counter({
      name: "longshore_reports_total",
      help: "Reports by their answer",
      labelNames: ["answer"],
      registers,
    }),
    batchRows: new Histogram({
      name: "longshore_report_batch_rows",
      help: "Reports committed by one statement",
      buckets: [1, 10, 50, 100, 250, 500, 1000],
      registers,
    }),
    batchSeconds: new Histogram({
      name: "longshore_report_batch_seconds",
      help: "Time of one batch, from the statement to its commit",
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    fileErrors: new Counter({
      name: "longshore_file_errors_total",
      help: "Errors reported for files, by class; one file may have several",
      labelNames: ["class"],
      registers,
    }),
    dispatched: new Counter({
      name: "longshore_files_handed_out_total",
      help: "Files given to workers",
      labelNames: ["operation"],
      registers,
    }),
    leasesLost: new Counter({
      name: "longshore_leases_lost_total",
      help: "Files whose worker stopped responding or died",
      registers,
    }),
    sweepRepairs: new Counter({
      name: "longshore_sweep_repairs_total",
      help: "Repairs made by the sweep, by kind",
      labelNames: ["kind"],
      registers,
    }),
    publishFailures: new Counter({
      name: "longshore_publish_failures_total",
      help: "Chunks of work that could not be published to the queue",
      registers,
    }),
    requestsSubmitted: new Counter({
      name: "longshore_requests_submitted_total",
      help: "Requests submitted",
      registers,
    }),
    requestsEnded: new Counter({
      name: "longshore_requests_ended_total",
      help: "Rounds of requests that ended, by final state",
      labelNames: ["state"],
      registers,
    }),
  };
}

export type LedgerMetrics = ReturnType<typeof makeLedgerMetrics>;

/**
 * Classes with a series of their own: the common ones and those of the operations. Others are
 * `other`.
 */
export function labelsOfClasses(operations: Iterable<CommonOperation>): ReadonlySet<string> {
  const own = [...operations].flatMap((operation) => operation.errorClasses ?? []);
  return new Set([...errorClasses, ...own]);
}

export function recordFileError(
  { log, metrics }: { log: Logger; metrics: LedgerMetrics },
  labels: ReadonlySet<string>,
  { request, file, step, attempt, status, worker, class: named, info }: ReportRow,
): void {
  metrics.fileErrors.inc({
    class: named !== null && labels.has(named) ? named : "other",
  });
  log.debug(
    {
      request_id: request,
      file_id: file,
      step,
      attempt,
      status,
      worker,
      class: named,
      info: info?.slice(0, 200),
    },
    "an error was reported for a file",
  );
}
