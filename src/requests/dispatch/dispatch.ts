import type { Context, Deps } from "../../deps.ts";
import type { Task } from "../../operations/contract.ts";
import { type Queue, workTopic } from "../../queue/contract.ts";
import { allocate, type OpenStep } from "../../shares/allocate.ts";
import { readLine } from "../../shares/slots.ts";
import { barredOfRequests, barringOwners } from "./barring.ts";
import type { Dispatched, Waiter, WorkFilter } from "./claim-queue.ts";
import { makeSeats } from "./seats.ts";
import { startAssigned } from "./start.ts";
import type { StartedRow } from "./started-rows-store.ts";
import { toTask } from "./task.ts";
import { startWithheld } from "./withheld.ts";
import { withheldFiles } from "./withheld-store.ts";

const mostFiles = 1000;
const firstSteps = 32;
/** Once files were found, the search ends after this many passes. */
const mostPasses = 3;

/**
 * Gives the files that are next in line to the waiting workers. Each pass reads a longer line than
 * the one before, so that steps without messages do not block the steps behind them.
 */
export async function dispatch(
  ctx: Context,
  wanted: WorkFilter,
  waiters: Waiter[],
): Promise<Dispatched<Task>> {
  const { operations, request, without: unwanted = [] } = wanted;
  ctx.activity.recordClaim(operations);
  const barring = new Map<string, number>();
  const seats = makeSeats(waiters, mostFiles, barring);
  const rows: StartedRow[] = [];
  const without: Pick<OpenStep, "request" | "step">[] = [...unwanted];
  let isHeldBack = false;
  const names = [...new Set(waiters.map(({ worker }) => worker))];
  for (let pass = 0; seats.free() > 0 && !(rows.length && pass >= mostPasses); pass++) {
    const locked = ctx.lockedRequests.resting();
    const lockedRequests = locked.map((step) => step.request);
    const [line, withheld] = await Promise.all([
      readLine(ctx.db.query, {
        operations,
        request,
        users: (seats.free() + firstSteps) * 2 ** pass,
        stepsOfUser: firstSteps * 2 ** pass,
        without: [...without, ...locked],
      }),
      pass === 0 ? withheldFiles(ctx.ledger.query, wanted, names, lockedRequests) : [],
    ]);
    for (const [owner, bytes] of await barringOwners(ctx, [...line.steps, ...withheld]))
      barring.set(owner, bytes);
    const earlier = await startWithheld(ctx, withheld, waiters, seats);
    rows.push(...earlier.rows);
    const refused: OpenStep[] = [];
    allocate(line, seats.free(), (step) => {
      const assignment = seats.assign(step);
      if (assignment === "refused") refused.push(step);
      return assignment === "assigned";
    });
    const started = await startAssigned(ctx, seats, waiters, line.limited);
    rows.push(...started.rows);
    without.push(...refused, ...(await emptySteps(ctx.queue, line.steps, started.emptied)));
    const isBusy = earlier.isBusy || started.isBusy;
    isHeldBack ||= line.isHeldBack || refused.length > 0 || isBusy;
    // Another pass would only wait again
    if (isBusy) break;
    if (!line.hasMore && !started.emptied.length && !started.hadOldMessages) break;
  }
  for (const id of new Set(rows.map((row) => row.request))) ctx.advanceQueue.add(id);
  return { given: await tasksOf(ctx, rows, waiters), isHeldBack };
}

/** If one topic is empty although files are queued, others may be: asks for all in one call. */
async function emptySteps<Step extends OpenStep>(
  queue: Queue,
  line: Step[],
  emptied: Step[],
): Promise<Step[]> {
  if (!emptied.length) return [];
  const others = line.filter((step) => !emptied.includes(step));
  const depths = others.length ? await queue.depths(others.map(topicOf)) : new Map();
  return [...emptied, ...others.filter((step) => !depths.get(topicOf(step)))];
}

function topicOf({ operation, request }: OpenStep): string {
  return workTopic(operation, request);
}

/** The tasks of each waiter. */
export async function tasksOf(
  ctx: Deps<"barred" | "config" | "db" | "operations" | "store" | "verifyingKeys">,
  rows: StartedRow[],
  waiters: Waiter[],
): Promise<Task[][]> {
  const given: Task[][] = waiters.map(() => []);
  const barredOf = await barredOfRequests(
    ctx,
    rows.map(({ request }) => request),
  );
  const tasks = await Promise.all(
    rows.map((row) => {
      const { sendsHeaders, leavesBarred } = waiters[row.waiter] ?? {};
      const barred = barredOf.get(row.request);
      return toTask(ctx, row, { sendsHeaders, leavesBarred, barred });
    }),
  );
  for (const [index, task] of tasks.entries()) given[rows[index]?.waiter ?? 0]?.push(task);
  return given;
}
