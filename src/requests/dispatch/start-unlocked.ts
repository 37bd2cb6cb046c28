import { isLockTimeout } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import { SlotsBusyError } from "../../shares/slots.ts";
import type { AnswerBytes } from "./answer-room.ts";
import type { Seats } from "./seats.ts";
import { type StartDb, withShortWaits, withUsualWaits } from "./short-waits-store.ts";
import type { StartKey } from "./start-store.ts";
import type { StartedRow } from "./started-rows-store.ts";

type StartDeps = Deps<"ledger" | "lockedRequests" | "log">;
type Start = (db: StartDb, keys: StartKey[], room: AnswerBytes) => Promise<StartedRow[]>;

/** So that a claim ends where very many requests are locked: the others are tried later. */
const mostLocked = 10;

/** `isBusy`: other claims held the slots, so that some files could not start. */
export interface StartedNow {
  rows: StartedRow[];
  isBusy: boolean;
}

/**
 * Starts the files in one statement. If rows of a request are locked, each request has a statement
 * of its own: the files of a locked one do not start, and it is in `ctx.lockedRequests` then.
 */
export async function startUnlocked(
  ctx: StartDeps,
  keys: StartKey[],
  seats: Seats,
  start: Start,
): Promise<StartedNow> {
  const suspects = keys.filter(({ request }) => ctx.lockedRequests.has(request));
  const others = keys.filter(({ request }) => !ctx.lockedRequests.has(request));
  try {
    const rows = await startPart(withUsualWaits(ctx.ledger), others, seats, start);
    const more = await startOneByOne(ctx, suspects, seats, start);
    return { rows: [...rows, ...more.rows], isBusy: more.isBusy };
  } catch (error) {
    if (error instanceof SlotsBusyError) return startLater(keys, seats);
    if (!isLockTimeout(error)) throw error;
    return startOneByOne(ctx, [...others, ...suspects], seats, start);
  }
}

function startLater(keys: StartKey[], seats: Seats): StartedNow {
  seats.confirm(keys, []);
  return { rows: [], isBusy: true };
}

async function startOneByOne(
  { ledger, lockedRequests, log }: StartDeps,
  keys: StartKey[],
  seats: Seats,
  start: Start,
): Promise<StartedNow> {
  const db = withShortWaits(ledger);
  const rows: StartedRow[] = [];
  let locked = 0;
  let isBusy = false;
  for (const request of new Set(keys.map((key) => key.request))) {
    const part = keys.filter((key) => key.request === request);
    const tried =
      !isBusy && locked < mostLocked
        ? await startPart(db, part, seats, start).catch(notStarted)
        : undefined;
    if (tried) {
      lockedRequests.remove(request);
      rows.push(...tried);
    } else {
      if (!isBusy) lockedRequests.add(part);
      seats.confirm(part, []);
    }
    function notStarted(error: unknown): undefined {
      isBusy = error instanceof SlotsBusyError;
      if (isBusy) return;
      if (!isLockTimeout(error)) throw error;
      locked++;
      log.warn({ request_id: request }, "rows of a request are locked; its files start later");
    }
  }
  return { rows, isBusy };
}

async function startPart(
  db: StartDb,
  keys: StartKey[],
  seats: Seats,
  start: Start,
): Promise<StartedRow[]> {
  const room = seats.addressRoom();
  // The statement would start one file for each waiter, however full its answer is.
  const fitting = keys.filter(({ waiter }) => room.ofPoll > 0 && (room.ofWaiters[waiter] ?? 0) > 0);
  const rows = fitting.length > 0 ? await start(db, fitting, room) : [];
  seats.confirm(keys, rows);
  return rows;
}
