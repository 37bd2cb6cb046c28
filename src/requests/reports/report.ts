import type { Caller } from "../../auth/caller.ts";
import { allowsWork } from "../../auth/work-scope.ts";
import type { Deps } from "../../deps.ts";
import { assertMay } from "../../users/policy.ts";
import { isUuid } from "../../uuid.ts";
import type { Report, ReportAnswer } from "../views.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { ReportRow } from "./report-store.ts";
import { sanitize } from "./sanitize.ts";
import { verifyResults } from "./verify-results.ts";

/**
 * Records what a worker says of its files; the answers are in the order of the reports and are
 * given after the commit. `open`: reports that know no attempts count for the file's current one
 * while the file is open. Rejects with Unavailable when the database stays away: nothing of these
 * reports is then promised.
 */
export async function report(
  ctx: Deps<"batcher" | "metrics" | "stepOperations" | "store">,
  caller: Caller,
  worker: string,
  reports: Report[],
  { open = false } = {},
): Promise<ReportAnswer[]> {
  assertMay(caller, "work");
  const refusals = await refusalsOf(ctx, caller, reports);
  const good = refusals.size ? reports.filter((_, index) => !refusals.has(index)) : reports;
  const name = sanitize(worker).slice(0, 255);
  const recorded = await ctx.batcher.add(good.map((one) => toRow(name, one, open)));
  const next = recorded.values();
  const answers = refusals.size
    ? reports.map((_, index) => refusals.get(index) ?? next.next().value ?? "unknown")
    : recorded;
  count(ctx, answers);
  return answers;
}

/** The reports that the ledger is not asked about, by index. */
async function refusalsOf(
  ctx: Deps<"stepOperations" | "store">,
  caller: Caller,
  reports: Report[],
): Promise<Map<number, ReportAnswer>> {
  const refusals = await outsideScope(ctx, caller, reports);
  const looks: Promise<void>[] = [];
  for (const [index, one] of reports.entries()) {
    if (refusals.has(index)) continue;
    if (!isUuid(one.request)) refusals.set(index, "unknown");
    else if (one.status === "success" && one.results?.length) looks.push(verify(index, one));
  }
  async function verify(index: number, one: Report): Promise<void> {
    const fault = await verifyResults(ctx.store, one);
    if (fault) refusals.set(index, `refused: ${fault}`);
  }
  await Promise.all(looks);
  return refusals;
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

const infoLength = 2048;

function toRow(worker: string, one: Report, open: boolean): ReportRow {
  const failed = one.status === "failure" || one.status === "retry";
  const error = failed
    ? (one.error ?? { class: "unknown", message: "no reason was given" })
    : undefined;
  const group = error && fingerprintOf(sanitize(error.class), sanitize(error.message));
  return {
    request: one.request.toLowerCase(),
    file: one.file,
    step: one.step,
    attempt: one.attempt,
    status: one.status,
    open,
    worker,
    at: whenOf(one.at),
    startAt: null,
    class: error ? sanitize(error.class).slice(0, 64) : null,
    groupMessage: group?.groupMessage ?? null,
    fingerprint: group?.fingerprint ?? null,
    info: error
      ? sanitize(error.trace ? `${error.message}\n${error.trace}` : error.message).slice(
          0,
          infoLength,
        )
      : null,
    results: one.results?.length
      ? sanitize(JSON.stringify(one.results)).replaceAll("\\u0000", "\\ufffd")
      : null,
  };
}

/** A worker's clock may be anything; a time outside of reason is ours instead. */
function whenOf(text: string | undefined): number {
  const now = Date.now();
  const at = text ? Date.parse(text) : now;
  return Math.abs(at - now) <= 366 * 86_400_000 ? at : now;
}
