import type { Context, Deps } from "../../deps.ts";
import type { Task } from "../../operations/contract.ts";
import { type Taken, workTopic } from "../../queue/contract.ts";
import { isUuid } from "../read/request.ts";
import type { Waiter, WorkFilter } from "./claim-queue.ts";
import { type StartedRow, startFiles, stepsWithWork, type WorkKey } from "./lease-store.ts";
import { toTask } from "./task.ts";

const firstRequest = "00000000-0000-0000-0000-000000000000";
const stepsPerPoll = 32;
const mostFiles = 1000;

/** Looks once, going round over all requests, and gives each file to one of the workers; the first of them are served first. */
export async function dispatch(
  ctx: Context,
  { request, operations }: WorkFilter,
  waiters: Waiter[],
): Promise<Task[][]> {
  ctx.activity.recordClaim(operations);
  const rows: StartedRow[] = [];
  const left = waiters.map((waiter) => waiter.max);
  for await (const step of stepsInTurn(ctx, { request, operations })) {
    const started = await startFrom(ctx, step, waiters, slotsOf(left, capacity(left, rows)));
    for (const { waiter } of started) left[waiter] = (left[waiter] ?? 0) - 1;
    rows.push(...started);
    ctx.claimCursor.set(step.request);
    if (!capacity(left, rows)) break;
  }
  for (const id of new Set(rows.map((row) => row.request))) ctx.advanceQueue.add(id);
  const given: Task[][] = waiters.map(() => []);
  const tasks = await Promise.all(rows.map((row) => toTask(ctx, row)));
  for (const [index, task] of tasks.entries()) given[rows[index]?.waiter ?? 0]?.push(task);
  return given;
}

/** From the request after the last one served to the end, then from the beginning. */
async function* stepsInTurn(
  { db, claimCursor }: Deps<"db" | "claimCursor">,
  { request, operations }: WorkFilter,
) {
  const start = request ? firstRequest : claimCursor.get();
  for (const after of start === firstRequest ? [firstRequest] : [start, firstRequest])
    yield* await stepsWithWork(db.query, operations, request, after, stepsPerPoll);
}

function capacity(left: number[], rows: unknown[]): number {
  return Math.min(
    left.reduce((total, one) => total + one, 0),
    mostFiles - rows.length,
  );
}

/** Whose each of the next files is. */
function slotsOf(left: number[], most: number): number[] {
  const slots: number[] = [];
  for (const [waiter, count] of left.entries())
    for (let n = 0; n < count && slots.length < most; n++) slots.push(waiter);
  return slots;
}

async function startFrom(
  ctx: Deps<"config" | "ledger" | "log" | "metrics" | "queue">,
  step: { request: string; operation: string },
  waiters: Waiter[],
  slots: number[],
): Promise<StartedRow[]> {
  // Messages of old attempts start nothing: taken away a few times over, until one does or the topic is empty.
  for (let poll = 0; poll < 5; poll++) {
    const taken = await ctx.queue.take(workTopic(step.operation, step.request), slots.length);
    if (!taken.length) return [];
    const keys = taken.flatMap(({ body }, index) => {
      const waiter = slots[index] ?? 0;
      return isKey(body) ? [{ ...body, waiter, worker: waiters[waiter]?.worker ?? "" }] : [];
    });
    const rows = await startFiles(ctx.ledger.query, ctx.config.leaseSeconds, keys);
    settleMessages(ctx, taken);
    ctx.metrics.dispatched.inc({ operation: step.operation }, rows.length);
    if (rows.length) return rows;
  }
  return [];
}

/** Nobody waits for it: a message that is given out again starts nothing. */
function settleMessages(ctx: Deps<"log">, taken: Taken[]): void {
  Promise.all(taken.map((one) => one.settle())).catch((error: Error) =>
    ctx.log.warn({ err: error }, "messages of work come again"),
  );
}

/** A thousand a claim: by hand, where a schema takes its time. */
function isKey(body: Record<string, unknown>): body is Record<string, unknown> & WorkKey {
  const { request, file, step, attempt } = body;
  return (
    typeof request === "string" &&
    isUuid(request) &&
    [file, step, attempt].every(Number.isSafeInteger)
  );
}
