import type { Context, Deps } from "../../deps.ts";
import { isFinished } from "../finish/is-finished.ts";
import { beginEnding, moveRequest } from "../move-store.ts";
import { endingMoves, isFinal, requestMoves } from "../state.ts";
import {
  markIncomplete,
  type RequestFacts,
  readFacts,
  refreshStatistics,
} from "./advance-store.ts";
import { endRequest } from "./end.ts";
import { agreedError } from "./fail-fast.ts";
import { firstFiles } from "./fail-fast-store.ts";
import { publishWork } from "./publish.ts";
import { registerFiles } from "./register-store.ts";
import { removeDeleted } from "./remove-deleted.ts";
import { settleChunk, settleOpenFiles } from "./settle-store.ts";
import { noteWarnings } from "./warnings.ts";

const registerChunk = 5000;

/**
 * The only place that decides what comes next for a request; everything else records facts and
 * calls `advanceQueue.add`. It may run twice, late, out of order and in two processes, since every
 * write it makes is guarded. It runs again if facts were recorded during the run.
 */
export async function advance(ctx: Context, id: string): Promise<void> {
  for (;;) {
    const before = await readFacts(ctx.db.query, id);
    if (!before || isFinal(before.state)) return;
    if (before.state === requestMoves.delete.to) return removeDeleted(ctx, before.id);
    await step(ctx, before);
    const after = await readFacts(ctx.db.query, id);
    if (!after || isFinal(after.state) || factsOf(after) === factsOf(before)) return;
  }
}

function factsOf(request: RequestFacts): string {
  return [
    request.facts,
    request.datasetClosed,
    request.datasetFiles,
    ...request.steps.map(({ version }) => version),
  ].join(" ");
}

async function step(ctx: Context, request: RequestFacts): Promise<void> {
  if (request.state === "canceling") return settleAll(ctx, request);
  if (request.ending) return settleAll(ctx, request);
  const ending = mustEnd(request) ?? (await failFastReason(ctx, request));
  if (ending) {
    await beginEnding(ctx.db.query, request.id, ending.move, ending.reason);
    return;
  }
  if (request.state === "submitted" && !request.datasetClosed) {
    await ctx.db.tx((query) => moveRequest(query, request.id, "lookUp"));
    ctx.notifier.notify("lookup");
  }
  await registerAll(ctx, request);
  await publishWork(ctx, request);
  if (request.state !== "running") {
    if (request.datasetClosed) await ctx.db.tx((query) => moveRequest(query, request.id, "run"));
    return;
  }
  await noteWarnings(ctx, request);
  if (isSettled(request) && (await isFinished(ctx, request))) {
    if (request.datasetIncomplete)
      await markIncomplete(ctx.db.query, request.id, request.datasetReason);
    await endRequest(ctx, request.id, "complete");
  }
}

interface EarlyEnd {
  move: "fail" | "expire" | "stop";
  reason: string;
}

/** Why a request must end before its files are done; undefined while it may continue. */
function mustEnd(request: RequestFacts): EarlyEnd | undefined {
  if (request.datasetState === "failed") {
    return {
      move: "fail",
      reason: request.datasetReason ?? "The dataset could not be looked up.",
    };
  }
  if (request.overdue)
    return { move: "expire", reason: "deadline: the request did not end in time" };
  const { stopAfterFailedPercent: limit } = request;
  const failed = sum(request, "failed");
  const settled = failed + sum(request, "done");
  // One broken file among the first three says little about a dataset.
  if (limit !== null && settled >= 10 && (failed / settled) * 100 > limit && !isSettled(request)) {
    return {
      move: "stop",
      reason: `stopped: ${failed} of the first ${settled} files failed, more than ${limit} %`,
    };
  }
  return undefined;
}

/** enough for three that agree, with some unreadable ones in between */
const decidingFiles = 20;

/**
 * If the first files of a step agree on an error in the settings, all files would fail with it:
 * the request fails before thousands of files do.
 */
async function failFastReason(
  ctx: Deps<"db" | "operations">,
  request: RequestFacts,
): Promise<EarlyEnd | undefined> {
  for (const { step, operation, failed } of request.steps) {
    const classes = ctx.operations.get(operation)?.failFastClasses ?? [];
    if (!classes.length || !failed) continue;
    const files = await firstFiles(ctx.db.query, request.id, decidingFiles);
    const whole = request.datasetClosed && files.length === request.datasetFiles;
    const reason = agreedError(files, { step, classes, whole });
    if (reason !== undefined) return { move: "fail", reason };
  }
  return undefined;
}

async function registerAll(
  ctx: Deps<
    "config" | "db" | "ledger" | "log" | "metrics" | "notifier" | "operations" | "queue" | "runner"
  >,
  request: RequestFacts,
): Promise<void> {
  let registered = request.steps[0]?.registered ?? 0;
  while (registered < request.datasetFiles) {
    const added = await registerFiles(ctx.ledger, request.id, request.datasetId, registerChunk);
    if (!added) return;
    if (grewTenfold(registered, registered + added)) await refreshStatistics(ctx.db.query);
    registered += added;
    // Work begins with the first chunk; the rest is registered while it is done.
    const facts = await readFacts(ctx.db.query, request.id);
    if (facts) await publishWork(ctx, facts);
  }
}

function grewTenfold(before: number, after: number): boolean {
  if (after < 1000) return false;
  return before < 1000 || Math.floor(Math.log10(after)) > Math.floor(Math.log10(before));
}

function isSettled(request: RequestFacts): boolean {
  const { datasetClosed, datasetFiles, steps } = request;
  if (!datasetClosed || (steps[0]?.registered ?? 0) < datasetFiles) return false;
  return sum(request, "waiting") + sum(request, "queued") + sum(request, "running") === 0;
}

function sum(
  request: RequestFacts,
  state: "waiting" | "queued" | "running" | "failed" | "done",
): number {
  return request.steps.reduce((total, counters) => total + counters[state], 0);
}

/** In chunks: one UPDATE of 800,000 rows took 3.8 s; late successes still count in between. */
async function settleAll(ctx: Context, request: RequestFacts): Promise<void> {
  const as =
    request.state === "canceling"
      ? ({ state: "canceled" } as const)
      : ({
          state: "failed",
          class: request.ending ?? endingMoves.fail.to,
          reason: request.reason ?? "stopped",
          fingerprint: `ended-${request.ending}`,
        } as const);
  // A deadline or a stop accounts for every known file, including those not registered yet.
  if (request.state === "running" && request.ending !== "failed") await registerAll(ctx, request);
  while ((await settleOpenFiles(ctx.ledger.query, request.id, as)) === settleChunk)
    ctx.notifier.notify(`request:${request.id}`);
  await noteWarnings(ctx, request);
  if (request.state === "canceling") return endRequest(ctx, request.id, "endCancel");
  if (request.ending === "failed" || request.state !== "running")
    return endRequest(ctx, request.id, "fail", request.reason ?? undefined);
  return endRequest(ctx, request.id, "complete");
}
