import type { Waiter } from "./claim-queue.ts";

const megabyte = 1024 * 1024;

/**
 * Most bytes of settings and what is barred in one answer, and of addresses; one task always fits.
 * Without a limit, 1,000 files with a selection of 1 MB would make an answer of 1 GB.
 */
const answerBytes = 8 * megabyte;
/** The same for all answers of one poll together. */
const pollBytes = 4 * answerBytes;

export interface SizedStep {
  request: string;
  step: number;
  settingsBytes: number;
}

/** A file that has started, and the bytes of its addresses. */
export interface SizedFile {
  waiter: number;
  request: string;
  step: number;
  bytes: number;
}

/** Bytes for each waiter, and of all waiters together. */
export interface AnswerBytes {
  ofWaiters: number[];
  ofPoll: number;
}

export interface AnswerRoom {
  /** The waiter's answer can take another task. */
  has(waiter: number): boolean;
  /** Counts a task that may start. `barredBytes`: of what it says is barred, which each repeats. */
  plan(waiter: number, step: SizedStep, barredBytes: number): void;
  /** Counts what has started, and forgets what was planned. */
  confirm(started: SizedFile[]): void;
  /** What is left for addresses, for the statement that starts files. */
  forAddresses(): AnswerBytes;
}

/** Keeps account of the size of each answer. Settings that are sent once count once. */
export function makeAnswerRoom(waiters: Waiter[]): AnswerRoom {
  const bytesOfStep = new Map<string, number>();
  const barredOfStep = new Map<string, number>();
  const addresses: AnswerBytes = { ofWaiters: waiters.map(() => 0), ofPoll: 0 };
  const settings: AnswerBytes = { ofWaiters: waiters.map(() => 0), ofPoll: 0 };
  const sent = new Set<string>();
  let planned = settings;
  let plannedSent = sent;

  function addSettings(to: AnswerBytes, known: Set<string>, waiter: number, step: string): void {
    const key = `${waiter} ${step}`;
    if (waiters[waiter]?.settingsOnce && known.has(key)) return;
    known.add(key);
    add(to, waiter, bytesOfStep.get(step) ?? 0);
  }

  function forgetPlan(): void {
    planned = { ofWaiters: [...settings.ofWaiters], ofPoll: settings.ofPoll };
    plannedSent = new Set(sent);
  }

  forgetPlan();
  return {
    has: (waiter) => hasRoom(planned, waiter) && hasRoom(addresses, waiter),
    plan(waiter, step, barredBytes) {
      bytesOfStep.set(keyOf(step), step.settingsBytes);
      barredOfStep.set(keyOf(step), barredBytes);
      addSettings(planned, plannedSent, waiter, keyOf(step));
      add(planned, waiter, barredBytes);
    },
    confirm(started) {
      for (const row of started) {
        addSettings(settings, sent, row.waiter, keyOf(row));
        add(settings, row.waiter, barredOfStep.get(keyOf(row)) ?? 0);
        add(addresses, row.waiter, row.bytes);
      }
      forgetPlan();
    },
    forAddresses: () => ({
      ofWaiters: addresses.ofWaiters.map((bytes) => answerBytes - bytes),
      ofPoll: pollBytes - addresses.ofPoll,
    }),
  };
}

function hasRoom({ ofWaiters, ofPoll }: AnswerBytes, waiter: number): boolean {
  return (ofWaiters[waiter] ?? 0) < answerBytes && ofPoll < pollBytes;
}

function add(to: AnswerBytes, waiter: number, bytes: number): void {
  to.ofWaiters[waiter] = (to.ofWaiters[waiter] ?? 0) + bytes;
  to.ofPoll += bytes;
}

function keyOf({ request, step }: { request: string; step: number }): string {
  return `${request}.${step}`;
}
