import type { Deps } from "../../deps.ts";
import { type Taken, workTopic } from "../../queue/contract.ts";
import type { LineStep } from "../../shares/slots.ts";
import { withSlotsLocked } from "../../shares/slots.ts";
import { isUuid } from "../../uuid.ts";
import type { AnswerBytes } from "./answer-room.ts";
import type { Waiter } from "./claim-queue.ts";
import type { Seats } from "./seats.ts";
import type { StartDb } from "./short-waits-store.ts";
import { type StartKey, startFiles, startFilesWithinLimits, stillQueued } from "./start-store.ts";
import { startUnlocked } from "./start-unlocked.ts";
import type { StartedRow, WorkKey } from "./started-rows-store.ts";

type StartDeps = Deps<"config" | "ledger" | "lockedRequests" | "log" | "metrics" | "queue">;

export interface Started {
  rows: StartedRow[];
  /** steps whose topic had fewer messages than were asked for */
  emptied: LineStep[];
  /** messages of old attempts were removed; current ones may be behind them */
  hadOldMessages: boolean;
  /** other claims held the slots, so that some files could not start */
  isBusy: boolean;
}

/** Takes the messages of the assigned files and starts the files that are still queued. */
export async function startAssigned(
  ctx: StartDeps,
  seats: Seats,
  waiters: Waiter[],
  limitedOperations: ReadonlySet<string>,
): Promise<Started> {
  const assigned = [...seats.takeAssigned()];
  const takenOf = await Promise.all(
    assigned.map(([{ operation, request }, files]) =>
      ctx.queue.take(workTopic(operation, request), files.length),
    ),
  );
  const keys: StartKey[] = [];
  for (const [index, [, files]] of assigned.entries()) {
    for (const [place, waiter] of files.entries()) {
      const body = takenOf[index]?.[place]?.body;
      if (body && isKey(body)) keys.push(startKey(body, waiter, waiters));
      else seats.giveBack(waiter);
    }
  }
  const limits = limitsOf(assigned, limitedOperations);
  const { rows, isBusy } = await startUnlocked(ctx, keys, seats, (db, part, room) =>
    start(ctx, db, { keys: part, room, limits }),
  );
  for (const { operation } of rows) ctx.metrics.dispatched.inc({ operation });
  const messages = takenOf.flat();
  if (rows.length === keys.length || (await republish(ctx, keys))) settleMessages(ctx, messages);
  return {
    rows,
    emptied: assigned
      .filter(([, files], index) => (takenOf[index]?.length ?? 0) < files.length)
      .map(([step]) => step),
    hadOldMessages: rows.length < messages.length,
    isBusy,
  };
}

interface Limits {
  operations: string[];
  requests: string[];
}

/** The limits that apply to these files; undefined if none does and all may start. */
function limitsOf(
  assigned: [LineStep, number[]][],
  limitedOperations: ReadonlySet<string>,
): Limits | undefined {
  const steps = assigned.map(([step]) => step);
  const operations = steps
    .map((step) => step.operation)
    .filter((operation) => limitedOperations.has(operation));
  const requests = steps.filter((step) => step.workers !== null).map((step) => step.request);
  return operations.length || requests.length ? { operations, requests } : undefined;
}

function start(
  { config: { leaseSeconds } }: Deps<"config">,
  db: StartDb,
  { keys, room, limits }: { keys: StartKey[]; room: AnswerBytes; limits: Limits | undefined },
): Promise<StartedRow[]> {
  if (!limits) return db.run((query) => startFiles(query, leaseSeconds, keys, room));
  return withSlotsLocked(db, limits, (query) =>
    startFilesWithinLimits(query, leaseSeconds, keys, room),
  );
}

/**
 * Files that are still queued, since an answer was full, another process took the slot first, or
 * rows were locked, keep a message. Without it they are found by the sweep, and those that have
 * started go on.
 */
async function republish({ ledger, log, queue }: StartDeps, keys: StartKey[]): Promise<boolean> {
  try {
    const held = await stillQueued(ledger.query, keys);
    const messages = held.map(({ operation, ...key }) => ({
      topic: workTopic(operation, key.request),
      body: { ...key },
    }));
    if (messages.length > 0) await queue.publish(messages);
    return true;
  } catch (error) {
    log.warn({ err: error }, "messages of files that did not start will be delivered again");
    return false;
  }
}

/** Not awaited: a message that is delivered again starts nothing. */
function settleMessages(ctx: Deps<"log">, taken: Taken[]): void {
  Promise.all(taken.map((message) => message.settle())).catch((error: Error) =>
    ctx.log.warn({ err: error }, "messages of started work will be delivered again"),
  );
}

export function startKey(
  { request, file, step, attempt }: WorkKey,
  waiter: number,
  waiters: Waiter[],
): StartKey {
  const { worker = "", claimId } = waiters[waiter] ?? {};
  return { request, file, step, attempt, waiter, worker, claimId };
}

/** Hand-written: it runs up to 1,000 times per claim, and a schema is too slow. */
function isKey(body: Record<string, unknown>): body is Record<string, unknown> & WorkKey {
  const { request, file, step, attempt } = body;
  return (
    typeof request === "string" &&
    isUuid(request) &&
    [file, step, attempt].every(Number.isSafeInteger)
  );
}
