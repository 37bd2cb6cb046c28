// Decides who gets the next free slot, by pure functions over rows of the ledger.

export interface UserLoad {
  owner: string;
  /** files that run now, of the requested operations */
  running: number;
  /** weight of this user among others; default 1 */
  share: number;
  /** when a file of this user was last started, or work came after there was none; in seconds */
  servedAt: number | null;
}

/** A step with files that could start. */
export interface OpenStep {
  request: string;
  step: number;
  operation: string;
  owner: string;
  files: number;
  priority: number;
  /** when a file of it was last started, else when it was submitted; in seconds */
  servedAt: number;
}

/** Free slots of an operation, in total and by user; null: no limit. */
export interface Room {
  total: number | null;
  byUser: Map<string, number | null>;
}

export interface Choice<Step extends OpenStep> {
  step: Step;
  files: number;
}

export interface Line<Step extends OpenStep> {
  users: UserLoad[];
  steps: Step[];
  rooms: Map<string, Room>;
}

/**
 * Returns steps in the order in which they got slots. `accept` may refuse a step, which then gets
 * no more.
 */
export function allocate<Step extends OpenStep>(
  line: Line<Step>,
  slots: number,
  accept: (step: Step) => boolean = () => true,
): Choice<Step>[] {
  const rooms = copyOf(line.rooms);
  const queues = queuesOf(line);
  const picks = new Map<Step, number>();
  for (let given = 0; given < slots; ) {
    const queue = next(queues);
    if (!queue) break;
    const step = queue.steps[0];
    const used = step ? (picks.get(step) ?? 0) : 0;
    if (!step) queues.delete(queue);
    else if (used >= step.files || !hasRoom(rooms, step) || !accept(step)) queue.steps.shift();
    else {
      picks.set(step, used + 1);
      takeRoom(rooms, step);
      queue.running++;
      queue.turn = ++given;
    }
  }
  return [...picks].map(([step, files]) => ({ step, files }));
}

interface UserQueue<Step extends OpenStep> extends UserLoad {
  steps: Step[];
  /** which slot of this allocation this user got last; 0: none yet */
  turn: number;
}

function queuesOf<Step extends OpenStep>({ users, steps }: Line<Step>): Set<UserQueue<Step>> {
  const byOwner = new Map(
    users.map((user) => [user.owner, { ...user, steps: [] as Step[], turn: 0 }]),
  );
  for (const step of steps.toSorted(inUserOrder)) byOwner.get(step.owner)?.steps.push(step);
  return new Set(byOwner.values());
}

/** Priority first; then the request that has waited longest since it was served or submitted. */
function inUserOrder(a: OpenStep, b: OpenStep): number {
  return b.priority - a.priority || a.servedAt - b.servedAt;
}

function next<Step extends OpenStep>(queues: Set<UserQueue<Step>>): UserQueue<Step> | undefined {
  let first: UserQueue<Step> | undefined;
  for (const queue of queues) if (!first || goesBefore(queue, first)) first = queue;
  return first;
}

/** The fewest running weighted by share; then the one that was served the longest ago. */
function goesBefore<Step extends OpenStep>(a: UserQueue<Step>, b: UserQueue<Step>): boolean {
  const load = a.running / a.share - b.running / b.share;
  if (load !== 0) return load < 0;
  if (a.turn !== b.turn) return a.turn < b.turn;
  return (a.servedAt ?? 0) < (b.servedAt ?? 0);
}

function hasRoom(rooms: Map<string, Room>, { operation, owner }: OpenStep): boolean {
  const room = rooms.get(operation);
  return (room?.total ?? 1) > 0 && (room?.byUser.get(owner) ?? 1) > 0;
}

function takeRoom(rooms: Map<string, Room>, { operation, owner }: OpenStep): void {
  const room = rooms.get(operation);
  if (!room) return;
  if (room.total !== null) room.total--;
  const ofUser = room.byUser.get(owner) ?? null;
  if (ofUser !== null) room.byUser.set(owner, ofUser - 1);
}

function copyOf(rooms: Map<string, Room>): Map<string, Room> {
  return new Map(
    [...rooms].map(([operation, { total, byUser }]) => [
      operation,
      { total, byUser: new Map(byUser) },
    ]),
  );
}
