import type { LineStep } from "../../shares/slots.ts";
import { type AnswerBytes, makeAnswerRoom, type SizedStep } from "./answer-room.ts";
import type { Waiter } from "./claim-queue.ts";
import type { StartedRow } from "./started-rows-store.ts";

/** `full`: a worker could have taken it, but for the size of its answer. */
export type Assignment = "assigned" | "refused" | "full";

export interface Seats {
  /** number of files that the workers can still take */
  free(): number;
  /** Assigns the next file of this step to a worker, if one of them may take it. */
  assign(step: LineStep): Assignment;
  /** Which worker gets each file of each step, as assigned since the last call. */
  takeAssigned(): Map<LineStep, number[]>;
  /** Takes a seat of the first worker that fits; -1 if there is none. */
  take(step: SizedStep & { owner: string }, fits: (waiter: Waiter) => boolean): number;
  /** An assigned file did not start: its worker may get another. */
  giveBack(waiter: number): void;
  /**
   * What has started of `assigned`: the worker of each other file may get another one in its place,
   * unless its answer is full.
   */
  confirm(assigned: { waiter: number }[], started: StartedRow[]): void;
  /** for the statement that starts files */
  addressRoom(): AnswerBytes;
}

/**
 * Decides which worker gets which file: first come, first served, no more workers per request than
 * it allows, and no answer that is too large. `barring`: owners to whom something is barred, whose
 * files go only to workers that leave that alone, and the bytes with which each task says it.
 */
export function makeSeats(
  waiters: Waiter[],
  mostFiles: number,
  barring: ReadonlyMap<string, number> = new Map(),
): Seats {
  const left = waiters.map((waiter) => waiter.max);
  const room = makeAnswerRoom(waiters);
  let remaining = Math.min(
    left.reduce((total, max) => total + max, 0),
    mostFiles,
  );
  let holdersOf = new Map<string, Set<string>>();
  let assigned = new Map<LineStep, number[]>();

  function find(fits: (waiter: Waiter) => boolean): { found: number; isFull: boolean } {
    let isFull = false;
    for (const [at, waiter] of waiters.entries()) {
      if ((left[at] ?? 0) <= 0 || !fits(waiter)) continue;
      if (room.has(at)) return { found: at, isFull };
      isFull = true;
    }
    return { found: -1, isFull };
  }

  function takes(owner: string): (waiter: Waiter) => boolean {
    return ({ leavesBarred }) => leavesBarred === true || !barring.has(owner);
  }

  function waiterFor(step: LineStep): { found: number; isFull: boolean } {
    if (remaining === 0) return { found: -1, isFull: false };
    const may = takes(step.owner);
    if (step.workers === null) return find(may);
    const holders = holdersOf.get(step.request) ?? new Set(step.holders);
    holdersOf.set(step.request, holders);
    const holder = find((waiter) => may(waiter) && holders.has(waiter.worker));
    if (holder.found !== -1 || holders.size >= step.workers) return holder;
    const newcomer = find((waiter) => may(waiter) && !holders.has(waiter.worker));
    if (newcomer.found !== -1) holders.add(waiters[newcomer.found]?.worker ?? "");
    return { found: newcomer.found, isFull: holder.isFull || newcomer.isFull };
  }

  function occupy(waiter: number, step: SizedStep & { owner: string }): void {
    left[waiter] = (left[waiter] ?? 0) - 1;
    remaining--;
    room.plan(waiter, step, barring.get(step.owner) ?? 0);
  }

  function giveBack(waiter: number): void {
    left[waiter] = (left[waiter] ?? 0) + 1;
    remaining++;
  }

  return {
    free() {
      let free = 0;
      for (const [at, files] of left.entries()) if (files > 0 && room.has(at)) free += files;
      return Math.min(free, remaining);
    },
    take(step, fits) {
      if (remaining === 0) return -1;
      const may = takes(step.owner);
      const { found } = find((waiter) => may(waiter) && fits(waiter));
      if (found !== -1) occupy(found, step);
      return found;
    },
    assign(step) {
      const { found, isFull } = waiterFor(step);
      if (found === -1) return isFull ? "full" : "refused";
      occupy(found, step);
      const files = assigned.get(step) ?? [];
      files.push(found);
      assigned.set(step, files);
      return "assigned";
    },
    takeAssigned() {
      const taken = assigned;
      assigned = new Map();
      // The next line brings the current holders.
      holdersOf = new Map();
      return taken;
    },
    giveBack,
    confirm(given, started) {
      const unused = new Map<number, number>();
      for (const { waiter } of given) unused.set(waiter, (unused.get(waiter) ?? 0) + 1);
      for (const { waiter } of started) unused.set(waiter, (unused.get(waiter) ?? 0) - 1);
      for (const [waiter, files] of unused) for (let n = 0; n < files; n++) giveBack(waiter);
      room.confirm(started);
    },
    addressRoom: room.forAddresses,
  };
}
