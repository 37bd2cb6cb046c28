import type { Context, Deps } from "../../deps.ts";
import { isFinished } from "../finish/is-finished.ts";
import { tooManyFiles } from "../lifecycle/facade-files.ts";
import { beginEnding, moveRequest } from "../move-store.ts";
import { isFinal, requestMoves } from "../state.ts";
import type { Rest, Slice } from "./advance-queue.ts";
import { markIncomplete, type RequestFacts, readFacts } from "./advance-store.ts";
import { cleanUp } from "./end.ts";
import { agreedError } from "./fail-fast.ts";
import { firstFiles } from "./fail-fast-store.ts";
import { publishWork } from "./publish.ts";
import { registerLeavesFiles } from "./register.ts";
import { removeDeleted } from "./remove-deleted.ts";
import { end, settle } from "./settle.ts";
import { noteWarnings } from "./warnings.ts";

/**
 * The only place that decides what comes next for a request; everything else records facts and
 * calls `advanceQueue.add`. It may run twice, late, out of order and in two processes, since every
 * write it makes is guarded. It runs again if facts were recorded during the run. Returns what is
 * left when the slice is over.
 */
export async function advance(ctx: Context, id: string, slice: Slice): Promise<Rest> {
  for (;;) {
    const before = await readFacts(ctx.db.query, id);
    if (!before) return "nothing";
    if (!acceptsDecisions(before)) return removeWhatIsLeft(ctx, before, slice);
    const rest = await doWhatIsNext(ctx, before, slice);
    if (rest !== "nothing") return rest;
    const after = await readFacts(ctx.db.query, id);
    if (!after || isFinal(after.state) || factsOf(after) === factsOf(before)) return "nothing";
    if (slice.isOver()) return "more";
  }
}

function acceptsDecisions({ state }: RequestFacts): boolean {
  return !isFinal(state) && state !== requestMoves.delete.to;
}

/** Of a request that has ended or is being deleted. */
async function removeWhatIsLeft(
  ctx: Context,
  { id, state }: RequestFacts,
  slice: Slice,
): Promise<Rest> {
  const isDeleted = state === requestMoves.delete.to;
  // However few its files: the store may be slow.
  if (isDeleted && !slice.removal) return "removal";
  if (isDeleted) await removeDeleted(ctx, id);
  else if (slice.removal) await cleanUp(ctx, id);
  return "nothing";
}

function factsOf(request: RequestFacts): string {
  return [
    request.facts,
    request.datasetClosed,
    request.datasetFiles,
    ...request.steps.map(({ version }) => version),
  ].join(" ");
}

/** Returns what is left for another slice. */
async function doWhatIsNext(ctx: Context, request: RequestFacts, slice: Slice): Promise<Rest> {
  if (request.state === "canceling" || request.ending) return settle(ctx, request, slice);
  const ending = mustEnd(request) ?? (await failFastReason(ctx, request));
  if (ending) {
    await beginEnding(ctx.db.query, request.id, ending.move, ending.reason);
    return "nothing";
  }
  if (request.state === "submitted" && !request.datasetClosed) {
    await ctx.db.tx((query) => moveRequest(query, request.id, "lookUp"));
    ctx.notifier.notify("lookup");
  }
  // Before files are registered, which publishes them by newer facts.
  await publishWork(ctx, request);
  const rest = (await registerLeavesFiles(ctx, request, slice)) ? "long" : "nothing";
  if (request.state !== "running") {
    if (request.datasetClosed) await ctx.db.tx((query) => moveRequest(query, request.id, "run"));
    return rest;
  }
  await noteWarnings(ctx, request);
  if (isSettled(request) && (await isFinished(ctx, request))) {
    if (request.datasetIncomplete)
      await markIncomplete(ctx.db.query, request.id, request.datasetReason);
    return end(ctx, request, slice, "complete");
  }
  return rest;
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
  if (request.state !== "running" && request.datasetFiles > (request.mostFiles ?? Infinity))
    return { move: "fail", reason: tooManyFiles(request.datasetFiles, request.mostFiles ?? 0) };
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
