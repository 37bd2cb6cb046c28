import { z } from "zod";
import type { Context } from "../context.ts";
import type { Task } from "../operations/contract.ts";
import { workTopic } from "../queue/contract.ts";
import { type ClaimedRow, renewLeases, startFiles, stepsWithWork, type WorkKey } from "./work-store.ts";

export interface ClaimInput {
  worker: string;
  request?: string | undefined;
  operations?: string[] | undefined;
  /** at most this many tasks, ≤ 1000 */
  max: number;
  /** how long to wait for the first, ≤ 30 */
  waitSeconds: number;
}

const urlSeconds = 6 * 3600;
const firstRequest = "00000000-0000-0000-0000-000000000000";
const stepsPerLook = 32;

/** Gives files to a worker, each to one worker only; waits for work at most `waitSeconds`. */
export async function claim(ctx: Context, input: ClaimInput, signal?: AbortSignal): Promise<Task[]> {
  const until = Date.now() + input.waitSeconds * 1000;
  for (;;) {
    ctx.pulse.asked(input.operations ?? [...ctx.operations.keys()]);
    const tasks = await claimNow(ctx, input);
    const left = (until - Date.now()) / 1000;
    if (tasks.length || left <= 0 || signal?.aborted) return tasks;
    // The doorbell may be lost: look again at least every two seconds.
    await ctx.doorbell.wait("work", Math.min(left, 2), signal);
  }
}

async function claimNow(ctx: Context, input: ClaimInput): Promise<Task[]> {
  const operations = input.operations ?? [...ctx.operations.keys()];
  const rows: ClaimedRow[] = [];
  const start = input.request ? firstRequest : ctx.claimCursor.get();
  for (const after of start === firstRequest ? [firstRequest] : [start, firstRequest]) {
    if (rows.length >= input.max) break;
    const steps = await stepsWithWork(ctx.db.query, operations, input.request, after, stepsPerLook);
    for (const step of steps) {
      if (rows.length >= input.max) break;
      rows.push(...(await claimOf(ctx, input, step, input.max - rows.length)));
      ctx.claimCursor.set(step.request);
    }
  }
  if (rows.length) for (const request of new Set(rows.map((row) => row.request))) ctx.advance.ring(request);
  return Promise.all(rows.map((row) => toTask(ctx, row)));
}

async function claimOf(ctx: Context, input: ClaimInput, step: { request: string; operation: string }, max: number): Promise<ClaimedRow[]> {
  // Messages of old attempts start nothing: taken away a few times over, until one does or the topic is empty.
  for (let look = 0; look < 5; look++) {
    const taken = await ctx.queue.take(workTopic(step.operation, step.request), max);
    if (!taken.length) return [];
    const keys = taken.flatMap(({ body }) => workKey.safeParse(body).data ?? []);
    const rows = await startFiles(ctx.ledger.query, input.worker, ctx.config.leaseSeconds, keys);
    await Promise.all(taken.map((one) => one.settle()));
    ctx.metrics.handedOut.inc({ operation: step.operation }, rows.length);
    if (rows.length) return rows;
  }
  return [];
}

const workKey = z.object({ request: z.uuid(), file: z.int(), step: z.int(), attempt: z.int() });

async function toTask(ctx: Context, row: ClaimedRow): Promise<Task> {
  const { request, file, step, attempt, operation, settings, paths } = row;
  const base = ctx.operations.get(operation)?.outputName?.(settings, paths[0] ?? "");
  const name = base === undefined ? undefined : resultName(row, base);
  const [inputs, url] = await Promise.all([
    Promise.all(row.inputs.map((input) => ctx.store.signedUrl("GET", request, input, urlSeconds, "internal"))),
    name === undefined ? undefined : ctx.store.signedUrl("PUT", request, name, urlSeconds, "internal"),
  ]);
  return {
    task: taskId(row),
    request,
    file,
    step,
    attempt,
    operation,
    settings,
    replicas: paths,
    inputs,
    upload: name !== undefined && url !== undefined ? { method: "PUT", url, name } : null,
    lease_seconds: ctx.config.leaseSeconds,
  };
}

/** Unique in the request, whatever the files are called: two inputs of one name and two attempts of one file never meet. */
function resultName({ file, step, attempt }: WorkKey, base: string): string {
  return `${file}-${step}-${attempt}-${base}`;
}

function taskId({ request, file, step, attempt }: WorkKey): string {
  return `${request}.${file}.${step}.${attempt}`;
}

function keyOf(task: string): WorkKey | undefined {
  const found = /^([0-9a-f-]{36})\.(\d{1,15})\.(\d{1,4})\.(\d{1,9})$/i.exec(task);
  if (!found) return undefined;
  const [, request = "", file, step, attempt] = found;
  return { request, file: Number(file), step: Number(step), attempt: Number(attempt) };
}

/** Renews what the worker still has; answers the tasks it is to give up: canceled, superseded, or never its own. */
export async function heartbeat(ctx: Context, { worker, tasks }: { worker: string; tasks: string[] }): Promise<string[]> {
  const keys = tasks.map((task) => ({ task, key: keyOf(task) }));
  const known = keys.flatMap(({ key }) => (key ? [key] : []));
  const renewed = known.length ? await renewLeases(ctx.ledger.query, worker, ctx.config.leaseSeconds, known) : new Set<string>();
  return keys.filter(({ key }) => !key || !renewed.has(`${key.request}/${key.file}`)).map(({ task }) => task);
}
