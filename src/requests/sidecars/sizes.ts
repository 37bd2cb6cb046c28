// How many containers each run gets, when requests, users, operations and the cluster have limits.
import { allocate, type OpenStep, type Room } from "../../shares/allocate.ts";
import type { WantedRun } from "./wanted-store.ts";

export interface Bounds {
  /** as many as files, up to `most`; otherwise as many as the request says, or one */
  scales: boolean;
  least: number;
  most: number;
  /** of all runs together */
  all: number;
}

interface Step extends OpenStep {
  run: string;
}

/**
 * By run; never more than files. Each run first gets the least number, so that a small request does
 * not wait for a large one; what is left goes around as slots do.
 */
export function sizesOf(runs: readonly WantedRun[], bounds: Bounds): Map<string, number> {
  const sizes = new Map<string, number>();
  const floor = (run: WantedRun) => Math.min(bounds.least, mostOf(run, bounds));
  share(runs, floor, bounds.all, sizes);
  const given = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const rest = (run: WantedRun) => mostOf(run, bounds) - (sizes.get(run.run) ?? 0);
  share(runs, rest, bounds.all - given, sizes);
  return sizes;
}

function mostOf({ files, workers }: WantedRun, { scales, most }: Bounds): number {
  return Math.min(files, scales ? Math.min(workers ?? most, most) : Math.min(workers ?? 1, most));
}

/** Adds to `sizes`, which count for the limits too. */
function share(
  runs: readonly WantedRun[],
  wanted: (run: WantedRun) => number,
  slots: number,
  sizes: Map<string, number>,
): void {
  const steps = runs.map((run): Step => {
    const { request, step, operation, owner, priority, number } = run;
    return {
      run: run.run,
      request,
      step,
      operation,
      owner,
      priority,
      files: wanted(run),
      // The order of a user's requests must not change from one look to the next: containers that
      // change places are started and ended without an end.
      servedAt: number,
    };
  });
  const line = { users: usersOf(runs, sizes), steps, rooms: roomsOf(runs, sizes) };
  for (const { step, files } of allocate(line, slots))
    sizes.set(step.run, (sizes.get(step.run) ?? 0) + files);
}

function usersOf(runs: readonly WantedRun[], sizes: ReadonlyMap<string, number>) {
  const users = new Map<
    string,
    { owner: string; running: number; share: number; servedAt: number }
  >();
  for (const { owner, share, number, run } of runs) {
    const known = users.get(owner) ?? { owner, running: 0, share, servedAt: number };
    known.running += sizes.get(run) ?? 0;
    known.servedAt = Math.min(known.servedAt, number);
    users.set(owner, known);
  }
  return [...users.values()];
}

function roomsOf(
  runs: readonly WantedRun[],
  sizes: ReadonlyMap<string, number>,
): Map<string, Room> {
  const rooms = new Map<string, Room>();
  for (const { operation, owner, slots, slotsPerUser, run } of runs) {
    const room = rooms.get(operation) ?? { total: slots, byUser: new Map() };
    rooms.set(operation, room);
    const used = sizes.get(run) ?? 0;
    if (room.total !== null) room.total -= used;
    const left = room.byUser.get(owner) ?? slotsPerUser;
    room.byUser.set(owner, left === null ? null : left - used);
  }
  return rooms;
}
