import type { Logger } from "pino";
import { pause } from "../time.ts";
import type { Query } from "./client.ts";
import { holdsDuty, renewDuty, type TermKey } from "./leader-store.ts";

/** A leader's term. It ends for this process when its lease may have been taken by another. */
export interface Term {
  number: number;
  /** aborts when the term ends, or the process stops */
  signal: AbortSignal;
  /**
   * Whether the lease has not run out, by the time that passed in this process: a process that was
   * frozen finds out without a call. For the moment before a write that nothing else guards.
   */
  isCurrent(): boolean;
  /** The same by the row in the database, for the start of each piece of work. */
  confirm(): Promise<boolean>;
}

interface TermOptions {
  query: Query;
  log: Logger;
  key: TermKey;
  leaseSeconds: number;
  /** before the lease was taken, by `performance.now()` */
  takenAt: number;
  /** the process stops: the term's work ends, under its lease */
  signal: AbortSignal;
}

const renewMilliseconds = 3000;
const repeatMilliseconds = 1000;

/** Renews the lease until it is lost or `end` is called. */
export function keepTerm({ query, log, key, leaseSeconds, takenAt, signal }: TermOptions): {
  term: Term;
  end(): void;
} {
  const lost = new AbortController();
  const ended = new AbortController();
  const over = AbortSignal.any([lost.signal, ended.signal]);
  let validUntil = takenAt + leaseSeconds * 1000;
  let watchdog: NodeJS.Timeout;
  watch();
  void renewRepeatedly();

  /** A renewal may hang with its connection; the lease ends all the same. */
  function watch(): void {
    watchdog = setTimeout(() => isCurrent() && watch(), validUntil - performance.now());
  }

  function isCurrent(): boolean {
    if (performance.now() >= validUntil) lost.abort();
    return !lost.signal.aborted;
  }

  /** Never rejects. */
  async function renewRepeatedly(): Promise<void> {
    let wait = renewMilliseconds;
    for (;;) {
      await pause(wait, over);
      if (over.aborted || !isCurrent()) return;
      wait = await renew().catch((error: Error) => {
        log.debug({ err: error, duty: key.duty }, "a leader's lease was not renewed");
        return repeatMilliseconds;
      });
    }
  }

  async function renew(): Promise<number> {
    const asked = performance.now();
    if (await renewDuty(query, key, leaseSeconds)) validUntil = asked + leaseSeconds * 1000;
    else lost.abort();
    return renewMilliseconds;
  }

  async function confirm(): Promise<boolean> {
    if (!isCurrent()) return false;
    if (!(await holdsDuty(query, key))) lost.abort();
    return isCurrent();
  }

  /** A renewal that still runs does nothing once the lease has been given back. */
  function end(): void {
    ended.abort();
    clearTimeout(watchdog);
  }

  const term = {
    number: key.number,
    signal: AbortSignal.any([signal, lost.signal]),
    isCurrent,
    confirm,
  };
  return { term, end };
}
