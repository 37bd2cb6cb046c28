import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "pino";
import { codeOf, isAway, isConflict, isLockTimeout, isOfOneRow } from "../../db/away.ts";
import type { Query } from "../../db/client.ts";
import { UnavailableError } from "../../errors.ts";
import type { ReportAnswer } from "../views.ts";
import { answer, type Entry, reject } from "./entry.ts";
import { areRecorded } from "./recorded-store.ts";
import type { ReportRow } from "./report-row.ts";
import { type Outcome, recordReports } from "./report-store.ts";
import { retryWhileAway } from "./retry-while-away.ts";

export interface RecordOptions {
  /** with a lock_timeout and a statement_timeout: one locked row must not hold up a batch */
  query: Query;
  log: Logger;
  fileAttempts: number;
  leaseSeconds: number;
  /** called after the commit with the requests whose files moved */
  onMoved(requests: string[]): void;
  /** called after the commit; `failures` are the recorded rows that carry an error */
  onBatch?(rows: number, seconds: number, failures: ReportRow[]): void;
}

/**
 * Why none of a batch is recorded. `away`: the database stayed unavailable, or it failed for a
 * reason that is not of the rows; `blocked`: a row was locked or slow; `rejected`: Postgres rejects
 * at least one of the rows.
 */
export interface Failure {
  kind: "away" | "blocked" | "rejected";
  error: unknown;
}

/** A batch after its commit. */
interface Recorded {
  rows: number;
  seconds: number;
  moved: ReportRow[];
  /** those that moved something now, or in a try whose answer was lost */
  changed: ReportRow[];
}

const awaySeconds = 45;
const statementTimeout = "57014";

/**
 * Records a batch in one statement and answers its reports after the commit. Returns a failure if
 * none of them is recorded; they are not answered then. Calls `onRecorded` before the answers: the
 * next statement is sent first, so that the database works while hundreds of answers are written.
 */
export async function recordBatch(
  options: RecordOptions,
  batch: Entry[],
  onRecorded: () => void,
): Promise<Failure | undefined> {
  const started = performance.now();
  const rows = batch.map(({ row }) => row);
  const outcomes = await tryToRecord(options, rows);
  if ("kind" in outcomes) return outcomes;
  // After the commit: whatever fails from here on, nothing may be recorded again.
  let duplicates = new Set<Entry>();
  let seconds = secondsSince(started);
  try {
    duplicates = await duplicatesOf(options, batch, outcomes);
    seconds = secondsSince(started);
    onRecorded();
    await nextTurn();
    for (const [index, entry] of batch.entries())
      answer(entry, answerOf(outcomes[index], duplicates.has(entry)));
  } catch (error) {
    reject(batch, error);
  }
  const moved = rows.filter((_, index) => outcomes[index] === "moved");
  // After a lost answer, the rows that were recorded look like duplicates.
  const changed = [...moved, ...[...duplicates].map(({ row }) => row)];
  notify(options, { rows: rows.length, seconds, moved, changed });
  return undefined;
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/** The statement ran out of time: fewer rows may not. */
export function isTooSlow({ error }: Failure): boolean {
  return codeOf(error) === statementTimeout;
}

async function tryToRecord(
  { query, log, fileAttempts, leaseSeconds }: RecordOptions,
  rows: ReportRow[],
): Promise<Outcome[] | Failure> {
  try {
    // What only blocks these rows is not tried again here: the batches of others would wait.
    return await retryWhileAway(awaySeconds, () =>
      recordReports(query, rows, fileAttempts, leaseSeconds).catch((error: unknown) => {
        if (isBlocked(error)) return { kind: "blocked", error } as const;
        throw error;
      }),
    );
  } catch (error) {
    if (isAway(error)) return { kind: "away", error };
    return isOfOneRow(error)
      ? { kind: "rejected", error }
      : { kind: "away", error: notRecorded(log, error) };
  }
}

/** Other transactions are the cause. */
function isBlocked(error: unknown): boolean {
  return isLockTimeout(error) || isConflict(error) || codeOf(error) === statementTimeout;
}

/** An error of ours, or the database's: the reports may be good, so workers send them again. */
export function notRecorded(log: Logger, error: unknown): UnavailableError {
  log.error({ err: error }, "reports were not recorded");
  return new UnavailableError(
    "The reports were not recorded; the service's log says why. Send them again.",
    10,
    { cause: error },
  );
}

/** The reports that moved nothing because the history already has them. */
async function duplicatesOf(
  { query }: RecordOptions,
  batch: Entry[],
  outcomes: Outcome[],
): Promise<Set<Entry>> {
  const unmoved = batch.filter((_, index) => outcomes[index] === "unmoved");
  if (!unmoved.length) return new Set();
  const rows = unmoved.map(({ row }) => row);
  const recorded = await retryWhileAway(awaySeconds, () => areRecorded(query, rows));
  return new Set(unmoved.filter((_, index) => recorded[index]));
}

function answerOf(outcome: Outcome | undefined, isDuplicate: boolean): ReportAnswer {
  if (outcome === "moved") return "recorded";
  if (outcome === "unmoved") return isDuplicate ? "duplicate" : "superseded";
  return "unknown";
}

function notify(
  { log, onMoved, onBatch }: RecordOptions,
  { rows, seconds, moved, changed }: Recorded,
): void {
  const requests = [...new Set(changed.map((row) => row.request))];
  const failures = moved.filter((row) => row.class !== null);
  callListener(log, "onMoved", () => onMoved(requests));
  callListener(log, "onBatch", () => onBatch?.(rows, seconds, failures));
}

function callListener(log: Logger, listener: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    log.error({ err: error, listener }, "a listener for recorded reports failed");
  }
}
