import type { LineStep } from "../../shares/slots.ts";
import type { Waiter } from "./claim-queue.ts";

export interface Seats {
  /** number of files that the workers can still take */
  free(): number;
  /** Assigns the next file of this step to a worker; false if none of them may take it. */
  assign(step: LineStep): boolean;
  /** Which worker gets each file of each step, as assigned since the last call. */
  takeAssigned(): Map<LineStep, number[]>;
  /** An assigned file did not start: its worker may get another. */
  giveBack(waiter: number): void;
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

  return {
    free: () => remaining,
    assign(step) {
      const waiter = waiterFor(step);
      if (waiter === -1) return false;
      left[waiter] = (left[waiter] ?? 0) - 1;
      remaining--;
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
    giveBack(waiter) {
      left[waiter] = (left[waiter] ?? 0) + 1;
      remaining++;
    },
  };
}
