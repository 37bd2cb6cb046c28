import { isLockTimeout } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import type { AnswerBytes } from "./answer-room.ts";
import type { Seats } from "./seats.ts";
import { type StartDb, withShortWaits, withUsualWaits } from "./short-waits-store.ts";
import type { StartKey } from "./start-store.ts";
import type { StartedRow } from "./started-rows-store.ts";

type StartDeps = Deps<"ledger" | "lockedRequests" | "log">;
type Start = (db: StartDb, keys: StartKey[], room: AnswerBytes) => Promise<StartedRow[]>;

/** So that a claim ends where very many requests are locked: the others are tried later. */
const mostLocked = 10;

/**
 * Starts the files in one statement. If rows of a request are locked, each request has a statement
 * of its own: the files of a locked one do not start, and it is in `ctx.lockedRequests` then.
 */
export async function startUnlocked(
  ctx: StartDeps,
  keys: StartKey[],
  seats: Seats,
  start: Start,
): Promise<StartedRow[]> {
  const suspects = keys.filter(({ request }) => ctx.lockedRequests.has(request));
  const others = keys.filter(({ request }) => !ctx.lockedRequests.has(request));
  const started = await startPart(withUsualWaits(ctx.ledger), others, seats, start).catch(
    (error: unknown) => {
      if (!isLockTimeout(error)) throw error;
      suspects.unshift(...others);
      return [];
    },
  );
  return [...started, ...(await startOneByOne(ctx, suspects, seats, start))];
}

async function startOneByOne(
  ctx: StartDeps,
  keys: StartKey[],
  seats: Seats,
  start: Start,
): Promise<StartedRow[]> {
  const { ledger, lockedRequests, log } = ctx;
  const db = withShortWaits(ledger);
  const rows: StartedRow[] = [];
  let locked = 0;
  for (const request of new Set(keys.map((key) => key.request))) {
    const part = keys.filter((key) => key.request === request);
    const started =
      locked < mostLocked ? await startPart(db, part, seats, start).catch(whenLocked) : undefined;
    if (started) {
      lockedRequests.remove(request);
      rows.push(...started);
    } else {
      lockedRequests.add(part);
      seats.confirm(part, []);
    }
    function whenLocked(error: unknown): undefined {
      if (!isLockTimeout(error)) throw error;
      locked++;
      log.warn({ request_id: request }, "rows of a request are locked; its files start later");
    }
  }
  return rows;
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
