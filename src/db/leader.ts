import type { Logger } from "pino";
import type { Db } from "./client.ts";
import { type Duty, holderOf, leaveDuty, takeDuty } from "./leader-store.ts";
import { holderName, isDead } from "./lease-holder.ts";
import type { Notifier } from "./notifier.ts";
import { keepTerm, type Term } from "./term.ts";

export type { Duty };

export interface LeadDeps {
  db: Pick<Db, "query">;
  /** renews the lease; other work uses none of its connections. Candidates open none */
  leaderDb: Pick<Db, "query">;
  log: Logger;
  notifier: Pick<Notifier, "notify" | "wait">;
}

/** With the longest wait of a candidate, less than 15 s pass until a frozen leader is replaced. */
const leaseSeconds = 10;
const shortestWaitSeconds = 2;
const longestWaitSeconds = 4;

/**
 * Runs `work` while this process holds the duty's lease, so that only one process does. A leader
 * that is frozen or cut off loses the lease when its time is over; it finds that out before it
 * begins another piece of work (`Term`). A leader that stops gives the lease back at once; that of
 * one that died is taken at once by a process of its machine.
 */
export async function lead(
  { db, leaderDb, log, notifier }: LeadDeps,
  duty: Duty,
  signal: AbortSignal,
  work: (term: Term) => Promise<void>,
): Promise<void> {
  const holder = holderName();
  const channel = `leader:${duty}`;
  while (!signal.aborted) {
    const asked = performance.now();
    const number = await take().catch((error: Error) => {
      log.debug({ err: error, duty }, "this process could not ask who leads");
      return undefined;
    });
    if (number !== undefined) await serve(number, asked);
    await waitForVacancy();
  }

  async function take(): Promise<number | undefined> {
    const current = await holderOf(db.query, duty, leaseSeconds);
    if (current !== undefined && !isDead(current)) return undefined;
    return takeDuty(db.query, { duty, holder }, leaseSeconds, current);
  }

  async function serve(number: number, takenAt: number): Promise<void> {
    const { query } = leaderDb;
    const key = { duty, holder, number };
    log.debug(key, "this process leads");
    const { term, end } = keepTerm({ query, log, key, leaseSeconds, takenAt, signal });
    try {
      await work(term);
    } catch (error) {
      log.error({ err: error, duty }, "the leader's work stopped");
    }
    end();
    if (!term.isCurrent())
      return log.warn({ duty, term: number }, "this process no longer leads: its lease ran out");
    await leaveDuty(query, key)
      .then(() => notifier.notify(channel))
      .catch((error: Error) =>
        log.debug({ err: error, duty }, "the leader's lease was not given back; it runs out"),
      );
  }

  /** Different waits, so that candidates do not all ask at the same moment. */
  async function waitForVacancy(): Promise<void> {
    const range = longestWaitSeconds - shortestWaitSeconds;
    await notifier.wait(channel, shortestWaitSeconds + Math.random() * range, signal);
  }
}
