import type { Deps } from "../../deps.ts";
import { isWorkerOperation } from "../../operations/offered.ts";
import { workTopic } from "../../queue/contract.ts";
import { queueStep } from "../../tasks/queue.ts";
import { type SendDeps, sendTasks } from "../sidecars/send-tasks.ts";
import { dispatchStates } from "../state.ts";
import type { RequestFacts, StepFacts } from "./advance-store.ts";
import { type PublishedRow, queueFiles, unqueueFiles } from "./publish-store.ts";
import { queueApart } from "./queue-apart.ts";
import { isFilledNow, windowOf } from "./window.ts";

const publishChunk = 1000;

export type PublishDeps = SendDeps &
  Deps<"config" | "log" | "metrics" | "notifier" | "operations" | "queue" | "runner">;

/**
 * Publishes waiting files until the window is full: first the rows, then the messages. Files whose
 * message could not be published wait again. With `fill`, also while much of the window is taken.
 */
export async function publishWork(
  ctx: PublishDeps,
  request: RequestFacts,
  fill = false,
): Promise<void> {
  if (request.ending || !dispatchStates.some((state) => state === request.state)) return;
  const steps = await withoutServiceSteps(ctx, request);
  const window = windowOf(request.workers ?? ctx.runner.capacity);
  const queued = steps.reduce((total, step) => total + step.queued, 0);
  const published = steps.reduce((total, step) => total + step.running, queued);
  if (!fill && !isFilledNow(window, published, queued)) return;
  let free = window - published;
  // Later steps first: files that have begun are finished before others begin.
  for (const step of steps.toReversed()) {
    let waiting = step.waiting;
    while (waiting > 0 && free > 0) {
      const sent = await publishChunkOf(ctx, request, step, Math.min(publishChunk, free));
      if (!sent) break;
      waiting -= sent;
      free -= sent;
    }
  }
}

/** Queues files of service operations for their tasks; returns the steps of worker operations. */
async function withoutServiceSteps(
  ctx: Deps<"config" | "ledger" | "notifier" | "operations">,
  request: RequestFacts,
): Promise<StepFacts[]> {
  const rest: StepFacts[] = [];
  for (const step of request.steps) {
    const operation = ctx.operations.get(step.operation);
    if (!operation || isWorkerOperation(operation)) rest.push(step);
    else if (step.waiting > 0) await queueStep(ctx, request.id, step, operation);
  }
  return rest;
}

async function publishChunkOf(
  ctx: PublishDeps,
  { id: request, ofFacade }: RequestFacts,
  step: StepFacts,
  limit: number,
): Promise<number> {
  const grace = Math.max(2 * ctx.config.sweepSeconds, 2);
  // Containers of others name their objects after paths, and so may workers of a façade.
  const rows =
    ofFacade || step.workload
      ? await queueApart(ctx, request, step.step, limit, grace)
      : await queueFiles(ctx.ledger.query, request, step.step, limit, grace);
  if (!rows.length) return 0;
  try {
    const returned = await send(ctx, request, step, rows);
    if (returned.length > 0) await unqueueFiles(ctx.ledger.query, request, step.step, returned);
    if (returned.length === rows.length) return 0;
  } catch (error) {
    ctx.metrics.publishFailures.inc();
    ctx.log.warn(
      { err: error, request_id: request },
      "work could not be published; its files wait again",
    );
    await unqueueFiles(ctx.ledger.query, request, step.step, rows);
    return 0;
  }
  ctx.notifier.notify("work");
  return rows.length;
}

/** Resolves with the files whose message the broker returned. */
async function send(
  ctx: PublishDeps,
  request: string,
  { step, operation, workload }: StepFacts,
  rows: PublishedRow[],
): Promise<PublishedRow[]> {
  if (workload) return sendTasks(ctx, request, step, rows);
  const topic = workTopic(operation, request);
  await ctx.queue.publish(
    rows.map(({ file, attempt }) => ({ topic, body: { request, file, step, attempt } })),
  );
  return [];
}
