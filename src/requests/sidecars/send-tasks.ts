import type { Deps } from "../../deps.ts";
import { UnavailableError } from "../../errors.ts";
import type { TransformTask } from "../../queue/celery.ts";
import { barredOfRequests, makeOpenReplicas } from "../dispatch/barring.ts";
import { inputUrls, wholeReplicasOf } from "../dispatch/task.ts";
import { type ReportDeps, report } from "../reports/report.ts";
import { attemptToken } from "./attempt-token.ts";
import { type QueuedFile, type Run, runsOf, type TaskFile, taskFiles } from "./run-store.ts";

export type SendDeps = ReportDeps &
  Deps<"barred" | "db" | "signingKey" | "transformers" | "urls" | "verifyingKeys">;

/**
 * Publishes queued files of a step to the queue of its run. Resolves with those that the broker
 * returned. A task names its attempt in the address to report to: a message that is consumed twice
 * reports twice for one attempt, and a later attempt ends the earlier one.
 */
export async function sendTasks(
  ctx: SendDeps,
  request: string,
  step: number,
  rows: QueuedFile[],
): Promise<QueuedFile[]> {
  const run = (await runsOf(ctx.db.query, request)).find((one) => one.step === step);
  if (!ctx.transformers || !run)
    throw new UnavailableError("This process has no broker to give files out by: set QUEUE_URL.");
  // A sidecar never makes its bucket, and reports a success whether or not its upload worked.
  if (run.destination === "object-store") await ctx.store.makeBucket(request);
  const files = await taskFiles(ctx.ledger.query, request, step, rows);
  const open = await makeOpenReplicas((await barredOfRequests(ctx, [request])).get(request));
  const tasks: (TransformTask & QueuedFile)[] = [];
  for (const file of files) {
    const replicas = await open(wholeReplicasOf(ctx, file));
    tasks.push(await taskOf(ctx, request, run, file, replicas));
  }
  await failBarred(
    ctx,
    request,
    step,
    tasks.filter(({ paths }) => paths.length === 0),
  );
  const readable = tasks.filter(({ paths }) => paths.length > 0);
  return (await ctx.transformers.publish(run.run, readable)).map(({ file, attempt }) => ({
    file,
    attempt,
  }));
}

/** A sidecar that is given no path reports nothing. */
async function failBarred(
  ctx: SendDeps,
  request: string,
  step: number,
  files: QueuedFile[],
): Promise<void> {
  if (files.length === 0) return;
  const message =
    "Every replica of this file is bound to a group that the owner of the request is not in.";
  const error = { class: "forbidden", message };
  const worker = { kind: "worker", scope: { request } } as const;
  await report(
    ctx,
    worker,
    "longshore",
    files.map(({ file, attempt }) => ({ request, file, step, attempt, status: "failure", error })),
  );
}

async function taskOf(
  ctx: SendDeps,
  request: string,
  run: Run,
  row: TaskFile,
  replicas: string[],
): Promise<TransformTask & QueuedFile> {
  const { file, attempt } = row;
  const inputs = await inputUrls(ctx, request, row.inputs);
  const token = attemptToken(ctx.signingKey, { request, step: run.step, file, attempt });
  const base = `${ctx.urls.internal()}/servicex/internal/w/${token}`;
  return {
    file,
    attempt,
    requestId: run.run,
    fileId: file,
    paths: inputs.length > 0 ? inputs : replicas,
    serviceEndpoint: `${base}/transformation/${request}`,
    resultDestination: run.destination,
    resultFormat: run.format,
  };
}
