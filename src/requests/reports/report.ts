import { forEachAtOnce } from "../../at-once.ts";
import type { Caller } from "../../auth/caller.ts";
import { allowsWork } from "../../auth/work-scope.ts";
import type { Deps } from "../../deps.ts";
import { timeSlice } from "../../time-slice.ts";
import { assertMay } from "../../users/policy.ts";
import { isUuid } from "../../uuid.ts";
import type { ReportStatus } from "../state.ts";
import type { Report, ReportAnswer } from "../views.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type GoBackDeps, sendBack } from "./go-back.ts";
import type { ReportRow } from "./report-row.ts";
import { readableJson, readableText, sanitize } from "./sanitize.ts";
import { verifyResults } from "./verify-results.ts";

export type ReportDeps = GoBackDeps & Deps<"batcher" | "metrics" | "stepOperations" | "store">;

/**
 * Records a worker's reports and returns an answer for each, in their order, after the commit. With
 * `open`, reports count for the file's current attempt while the file is open, for workers that
 * know no attempts. Rejects with UnavailableError if the database stays unavailable, or rows of a
 * request stay locked for `holdSeconds`: some of the reports are then not recorded.
 */
export async function report(
  ctx: ReportDeps,
  caller: Caller,
  worker: string,
  reports: Report[],
  { open = false, holdSeconds }: { open?: boolean; holdSeconds?: number } = {},
): Promise<ReportAnswer[]> {
  assertMay(caller, "work");
  const { refusals, verified } = await verify(ctx, caller, reports);
  const good = refusals.size ? verified.filter((_, index) => !refusals.has(index)) : verified;
  const name = sanitize(worker).slice(0, 255);
  const rows: ReportRow[] = [];
  const pause = timeSlice();
  for (const report of good) {
    rows.push(toRow(name, report, open));
    const paused = pause();
    if (paused !== undefined) await paused;
  }
  const back = await sendBack(ctx, rows);
  const answered = ctx.batcher.add(
    back.size > 0 ? rows.filter((row) => !back.has(row)) : rows,
    holdSeconds,
  );
  const others = (await answered).values();
  const recorded =
    back.size > 0
      ? rows.map((row) => (back.has(row) ? "recorded" : (others.next().value ?? "unknown")))
      : await answered;
  const next = recorded.values();
  const answers = refusals.size
    ? reports.map((_, index) => refusals.get(index) ?? next.next().value ?? "unknown")
    : recorded;
  count(ctx, answers);
  return answers;
}

/** A thousand calls of the store at once would hold the event loop for long. */
const verifiedAtOnce = 64;

/**
 * Answers that need no statement, by the index of their report; and the reports, with their results
 * as the store has them.
 */
async function verify(
  ctx: Deps<"stepOperations" | "store">,
  caller: Caller,
  reports: Report[],
): Promise<{ refusals: Map<number, ReportAnswer>; verified: Report[] }> {
  const verified = [...reports];
  const refusals = await outsideScope(ctx, caller, reports);
  const pause = timeSlice();
  const withResults: number[] = [];
  for (const [index, { request, status, results }] of reports.entries()) {
    const paused = pause();
    if (paused !== undefined) await paused;
    if (refusals.has(index)) continue;
    if (!isUuid(request)) refusals.set(index, "unknown");
    else if (status === "success" && results?.length) withResults.push(index);
  }
  await forEachAtOnce(withResults, verifiedAtOnce, async (index) => {
    await pause();
    const report = reports[index] as Report;
    const results = await verifyResults(ctx.store, report.request, report.results ?? []);
    if (typeof results === "string") refusals.set(index, `refused: ${results}`);
    else verified[index] = { ...report, results };
  });
  return { refusals, verified };
}

async function outsideScope(
  ctx: Deps<"stepOperations">,
  caller: Caller,
  reports: Report[],
): Promise<Map<number, ReportAnswer>> {
  const refusals = new Map<number, ReportAnswer>();
  if (caller.kind !== "worker") return refusals;
  const operations = await ctx.stepOperations(reports.filter(({ request }) => isUuid(request)));
  let known = 0;
  for (const [index, { request }] of reports.entries()) {
    const operation = isUuid(request) ? operations[known++] : undefined;
    if (!allowsWork(caller, { request, operation }))
      refusals.set(index, "refused: the worker's token does not allow reports of this file.");
  }
  return refusals;
}

function count({ metrics }: Deps<"metrics">, answers: ReportAnswer[]): void {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const word = answer.startsWith("refused") ? "refused" : answer;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  for (const [answer, n] of counts) metrics.reports.inc({ answer }, n);
}

export const infoLength = 2048;
/** A message may have a million characters; the rest is neither kept nor compared. */
export const readLength = 2 * infoLength;

function toRow(worker: string, report: Report, open: boolean): ReportRow {
  const status = statusOf(report);
  return {
    request: report.request.toLowerCase(),
    file: report.file,
    step: report.step,
    attempt: report.attempt,
    status,
    open,
    worker,
    at: whenOf(report.at),
    startAt: null,
    ...errorOf(report, status),
    results: report.results?.length ? readableJson(report.results) : null,
    ...inputOf(report, status),
  };
}

/** Of a file that failed, nothing was made of what was read. */
function inputOf({ input }: Report, status: ReportStatus) {
  const read = status === "success" ? input : undefined;
  return {
    inputSize: read?.size ?? null,
    inputSha256: read?.sha256.toLowerCase() ?? null,
  };
}

type ErrorColumns = Pick<ReportRow, "class" | "groupMessage" | "fingerprint" | "info" | "content">;

const noError: ErrorColumns = {
  class: null,
  groupMessage: null,
  fingerprint: null,
  info: null,
  content: null,
};

function errorOf(report: Report, status: ReportStatus): ErrorColumns {
  if (status === "start" || status === "success") return noError;
  const error = report.error ?? { class: "unknown", message: "no reason was given" };
  const message = readableText(error.message.slice(0, readLength));
  const trace = error.trace ? `\n${readableText(error.trace.slice(0, readLength))}` : "";
  const reason = {
    class: sanitize(error.class).slice(0, 64),
    info: `${message}${trace}`.slice(0, infoLength),
  };
  // It is no failure, and is in no group of failures.
  if (status === "given_back") return { ...noError, ...reason };
  const { fingerprint, groupMessage } = fingerprintOf(sanitize(error.class), message);
  const content = error.content ? sanitize(error.content) : null;
  return { ...reason, fingerprint, groupMessage, content };
}

/** Workers of earlier versions give a file back by a retry of this class. */
function statusOf({ status, error }: Report): ReportStatus {
  return status === "retry" && error?.class === "given_back" ? "given_back" : status;
}

/** A worker's clock may be wrong: a time more than a year off is replaced by the current time. */
function whenOf(text: string | undefined): number {
  const now = Date.now();
  const at = text ? Date.parse(text) : now;
  return Math.abs(at - now) <= 366 * 86_400_000 ? at : now;
}
