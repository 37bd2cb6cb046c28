import type { Context } from "../context.ts";
import type { Task } from "../operations/contract.ts";
import { type Taken, workTopic } from "../queue/contract.ts";
import type { Share, Wanted } from "./claims.ts";
import { isUuid } from "./progress.ts";
import { toTask } from "./task.ts";
import { type StartedRow, startFiles, stepsWithWork, type WorkKey } from "./work-store.ts";

const firstRequest = "00000000-0000-0000-0000-000000000000";
const stepsPerLook = 32;
const mostFiles = 1000;

/** Looks once, going round over all requests, and gives each file to one of the workers; the first of them are served first. */
export async function handOut(ctx: Context, { request, operations }: Wanted, shares: Share[]): Promise<Task[][]> {
  ctx.pulse.asked(operations);
  const rows: StartedRow[] = [];
  const left = shares.map((share) => share.max);
  const start = request ? firstRequest : ctx.claimCursor.get();
  for (const after of start === firstRequest ? [firstRequest] : [start, firstRequest]) {
    if (!room(left, rows)) break;
    for (const step of await stepsWithWork(ctx.db.query, operations, request, after, stepsPerLook)) {
      if (!room(left, rows)) break;
      const started = await startSome(ctx, step, shares, placesOf(left, room(left, rows)));
      for (const { share } of started) left[share] = (left[share] ?? 0) - 1;
      rows.push(...started);
      ctx.claimCursor.set(step.request);
    }
  }
  for (const id of new Set(rows.map((row) => row.request))) ctx.advance.ring(id);
  const given: Task[][] = shares.map(() => []);
  const tasks = await Promise.all(rows.map((row) => toTask(ctx, row)));
  for (const [index, task] of tasks.entries()) given[rows[index]?.share ?? 0]?.push(task);
  return given;
}

function room(left: number[], rows: unknown[]): number {
  return Math.min(
    left.reduce((total, one) => total + one, 0),
    mostFiles - rows.length,
  );
}

/** Whose each of the next files is. */
function placesOf(left: number[], most: number): number[] {
  const places: number[] = [];
  for (const [share, count] of left.entries()) for (let n = 0; n < count && places.length < most; n++) places.push(share);
  return places;
}

async function startSome(
  ctx: Context,
  step: { request: string; operation: string },
  shares: Share[],
  places: number[],
): Promise<StartedRow[]> {
  // Messages of old attempts start nothing: taken away a few times over, until one does or the topic is empty.
  for (let look = 0; look < 5; look++) {
    const taken = await ctx.queue.take(workTopic(step.operation, step.request), places.length);
    if (!taken.length) return [];
    const keys = taken.flatMap(({ body }, index) => {
      const share = places[index] ?? 0;
      return isKey(body) ? [{ ...body, share, worker: shares[share]?.worker ?? "" }] : [];
    });
    const rows = await startFiles(ctx.ledger.query, ctx.config.leaseSeconds, keys);
    settleMessages(ctx, taken);
    ctx.metrics.handedOut.inc({ operation: step.operation }, rows.length);
    if (rows.length) return rows;
  }
  return [];
}

/** Nobody waits for it: a message that is given out again starts nothing. */
function settleMessages(ctx: Context, taken: Taken[]): void {
  Promise.all(taken.map((one) => one.settle())).catch((error: Error) => ctx.log.warn({ err: error }, "messages of work come again"));
}

/** A thousand a claim: by hand, where a schema takes its time. */
function isKey(body: Record<string, unknown>): body is Record<string, unknown> & WorkKey {
  const { request, file, step, attempt } = body;
  return typeof request === "string" && isUuid(request) && [file, step, attempt].every(Number.isSafeInteger);
}
