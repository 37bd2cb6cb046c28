// How a file of an old request ended, and its history in our words: from the rows that ServiceX
// has of it, which say too little, or contradict each other.
import { readableText } from "../requests/reports/sanitize.ts";
import { type FileState, fileMoves, type HistoryStatus } from "../requests/state.ts";
import type { OldResult, OldStatus } from "./old-rows.ts";
import { utcTime } from "./time.ts";

export interface Outcome {
  state: FileState;
  attempt: number;
  history: HistoryRow[];
  /** of a failed file */
  error?: string;
  /** statuses that mean nothing to us */
  unknown: string[];
  /** results that were written again */
  duplicates: number;
}

export interface HistoryRow {
  attempt: number;
  status: HistoryStatus;
  /** as Postgres takes it */
  at: string;
  pod: string | null;
  info: string | null;
}

export interface OldEnd {
  /** of a file without a result */
  move: "fail" | "cancel";
  /** why it failed */
  reason: string;
  at: string;
}

/** `results` and `statuses` are those of one file, in the order of being written. */
export function outcomeOf(results: OldResult[], statuses: OldStatus[], end: OldEnd): Outcome {
  // A file that was tried again has several: one success is enough to have an object.
  const success = results.findLast((row) => row.transform_status === "success");
  const last = success ?? results.at(-1);
  const move = success ? "succeed" : last ? "fail" : end.move;
  const reported = historyOf(statuses, end.at);
  const { rows, attempt } = reported;
  const known = last && resultWords(last);
  const state = fileMoves[move].to;
  const all = { state, unknown: reported.unknown, duplicates: Math.max(0, results.length - 1) };
  if (move === "fail") {
    const failed = failure(reported, end, last ? { known } : undefined);
    return { ...all, ...failed };
  }
  const pod = reported.endedBy?.pod_name ?? null;
  const at = utcTime(reported.endedBy?.at ?? null) ?? end.at;
  const ended: HistoryRow = success
    ? { attempt, status: "success", at, pod, info: known ?? null }
    : { attempt, status: "cancel", at: end.at, pod: null, info: null };
  return { ...all, attempt, history: [...rows, ended] };
}

interface Reported {
  rows: HistoryRow[];
  /** the one that follows them */
  attempt: number;
  /** what a worker said of the end of its work */
  endedBy: OldStatus | undefined;
  unknown: string[];
}

/** An attempt ends with a retry or a failure, or when the next one starts. */
function historyOf(statuses: OldStatus[], otherwise: string): Reported {
  const rows: HistoryRow[] = [];
  const unknown: string[] = [];
  let attempt = 1;
  let endedBy: OldStatus | undefined;
  for (const row of statuses) {
    const word = (row.status ?? "").toLowerCase();
    const status = words[word];
    if (status === undefined) unknown.push(word);
    else if (status === "success") endedBy = row;
    else {
      if (status === "start" && rows.at(-1)?.attempt === attempt) attempt += 1;
      rows.push({ attempt, status, ...saidBy(row, otherwise) });
      if (status === "retry") attempt += 1;
    }
  }
  return { rows, attempt, endedBy, unknown };
}

/** A failure is a retry unless it is the last. */
const words: Record<string, "start" | "retry" | "success" | undefined> = {
  start: "start",
  retry: "retry",
  failure: "retry",
  complete: "success",
  success: "success",
};

function saidBy(row: OldStatus, otherwise: string): Omit<HistoryRow, "attempt" | "status"> {
  const info = row.info ? readableText(row.info) : null;
  return { at: utcTime(row.at) ?? otherwise, pod: row.pod_name, info };
}

/** The last failure that a worker reported is the one that the file failed with. */
function failure(
  { rows, attempt }: Reported,
  end: OldEnd,
  result: { known: string | undefined } | undefined,
): Pick<Outcome, "attempt" | "history" | "error"> {
  const last = rows.at(-1);
  if (last?.status === "retry") {
    const error = last.info ?? noReason;
    const history = [...rows.slice(0, -1), { ...last, status: "failure", info: error } as const];
    return { attempt: last.attempt, history, error };
  }
  const error = result ? noReason : end.reason;
  const info = [error, result?.known].filter(Boolean).join(" ");
  const row = { attempt, status: "failure", at: end.at, pod: null, info } as const;
  return { attempt, history: [...rows, row], error };
}

const noReason = "ServiceX recorded that it failed, and no reason.";

/** What ServiceX knew of the result: its object stays where ServiceX has put it. */
function resultWords(row: OldResult): string {
  const { total_events: events, total_bytes: bytes, transform_time: seconds } = row;
  const parts = [
    ...(isCount(events) ? [`${events} events`] : []),
    ...(isCount(bytes) ? [`${bytes} bytes`] : []),
    ...(isCount(seconds) ? [`${seconds} seconds`] : []),
    ...(row.file_path ? [`read from ${readableText(row.file_path)}`] : []),
  ];
  return `ServiceX's result ${row.id}: ${parts.join(", ") || "nothing else is recorded"}.`;
}

function isCount(value: number | null): value is number {
  return value !== null && value >= 0;
}
