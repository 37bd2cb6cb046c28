import type { LineStep } from "../../shares/slots.ts";
import type { Waiter } from "./claim-queue.ts";

export interface Seats {
  /** number of files that the workers can still take */
  free(): number;
  /** Assigns the next file of this step to a worker; false if none of them may take it. */
  assign(step: LineStep): boolean;
  /** Which worker gets each file of each step, as assigned since the last call. */
  takeAssigned(): Map<LineStep, number[]>;
  /** Takes a seat of the first worker that fits; -1 if there is none. */
  take(fits: (waiter: Waiter) => boolean): number;
  /** An assigned file did not start: its worker may get another. */
  giveBack(waiter: number): void;
  /** The same for all files of `assigned` that are not in `started`. */
  giveBackUnused(assigned: { waiter: number }[], started: { waiter: number }[]): void;
}

/**
 * Decides which worker gets which file: first come, first served, and no more workers per request
 * than it allows.
 */
export function makeSeats(waiters: Waiter[], mostFiles: number): Seats {
  const left = waiters.map((waiter) => waiter.max);
  let remaining = Math.min(
    left.reduce((total, max) => total + max, 0),
    mostFiles,
  );
  let holdersOf = new Map<string, Set<string>>();
  let assigned = new Map<LineStep, number[]>();

  function waiterFor(step: LineStep): number {
    if (remaining === 0) return -1;
    if (step.workers === null) return left.findIndex((files) => files > 0);
    const holders = holdersOf.get(step.request) ?? new Set(step.holders);
    holdersOf.set(step.request, holders);
    const holder = left.findIndex(
      (files, index) => files > 0 && holders.has(waiters[index]?.worker ?? ""),
    );
    if (holder !== -1 || holders.size >= step.workers) return holder;
    const newcomer = left.findIndex((files) => files > 0);
    if (newcomer !== -1) holders.add(waiters[newcomer]?.worker ?? "");
    return newcomer;
  }

  function occupy(waiter: number): void {
    left[waiter] = (left[waiter] ?? 0) - 1;
    remaining--;
  }

  function giveBack(waiter: number): void {
    left[waiter] = (left[waiter] ?? 0) + 1;
    remaining++;
  }

  return {
    free: () => remaining,
    take(fits) {
      if (remaining === 0) return -1;
      const found = waiters.findIndex((waiter, at) => (left[at] ?? 0) > 0 && fits(waiter));
      if (found !== -1) occupy(found);
      return found;
    },
    assign(step) {
      const waiter = waiterFor(step);
      if (waiter === -1) return false;
      occupy(waiter);
      const files = assigned.get(step) ?? [];
      files.push(waiter);
      assigned.set(step, files);
      return true;
    },
    takeAssigned() {
      const taken = assigned;
      assigned = new Map();
      // The next line brings the current holders.
      holdersOf = new Map();
      return taken;
    },
    giveBack,
    giveBackUnused(assigned, started) {
      const unused = new Map<number, number>();
      for (const { waiter } of assigned) unused.set(waiter, (unused.get(waiter) ?? 0) + 1);
      for (const { waiter } of started) unused.set(waiter, (unused.get(waiter) ?? 0) - 1);
      for (const [waiter, files] of unused) for (let n = 0; n < files; n++) giveBack(waiter);
    },
  };
}
