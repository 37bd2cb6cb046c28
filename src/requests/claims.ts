import type { Doorbell } from "../db/listen.ts";

/** What claims ask for; those that ask for the same are answered by one look. */
export interface Wanted {
  request?: string | undefined;
  operations: string[];
}

export interface Share {
  worker: string;
  /** at most so many */
  max: number;
}

/** One look for work, for several workers at once: what each of them gets, in their order. */
export type Look<Task> = (wanted: Wanted, shares: Share[]) => Promise<Task[][]>;

export interface Claims<Task> {
  claim(wanted: Wanted, share: Share, waitSeconds: number, signal?: AbortSignal): Promise<Task[]>;
  close(): void;
}

interface Waiting<Task> extends Share {
  /** was looked for in vain: looked for again at the next ring */
  seen: boolean;
  over: boolean;
  end(tasks: Task[]): void;
  fail(error: unknown): void;
}
interface Group<Task> {
  wanted: Wanted;
  waiting: Set<Waiting<Task>>;
  looking: number;
  rings: number;
  /** there may be work for those who were seen */
  maybe: boolean;
}

const mostFiles = 1000;
/** While one look waits for the database, the next is made ready. */
const mostAtOnce = 2;
/** The doorbell may be lost. */
const lookAgainSeconds = 2;

/** Two thousand workers that wait would each look at every ring (20,000 files took them 82 s): they wait in groups, and a look is for many. */
export function openClaims<Task>(doorbell: Pick<Doorbell, "on">, look: Look<Task>): Claims<Task> {
  const groups = new Map<string, Group<Task>>();
  let closed = false;

  function claim(wanted: Wanted, { worker, max }: Share, waitSeconds: number, signal?: AbortSignal): Promise<Task[]> {
    return new Promise((resolve, reject) => {
      const group = groupOf(wanted);
      const clock = setTimeout(giveUp, waitSeconds * 1000);
      signal?.addEventListener("abort", giveUp);
      const settle = () => {
        clearTimeout(clock);
        signal?.removeEventListener("abort", giveUp);
      };
      const one: Waiting<Task> = {
        worker,
        max,
        seen: false,
        over: waitSeconds === 0 || signal?.aborted === true,
        end(tasks) {
          settle();
          resolve(tasks);
        },
        fail(error) {
          settle();
          reject(error);
        },
      };
      /** One that is being looked for ends with that look. */
      function giveUp(): void {
        one.over = true;
        if (one.seen && group.waiting.delete(one)) one.end([]);
      }
      group.waiting.add(one);
      pump(group);
    });
  }

  function groupOf(wanted: Wanted): Group<Task> {
    const key = `${wanted.request ?? ""} ${wanted.operations.join(" ")}`;
    const known = groups.get(key);
    if (known) return known;
    const group: Group<Task> = { wanted, waiting: new Set(), looking: 0, rings: 0, maybe: true };
    groups.set(key, group);
    return group;
  }

  function wakeAll(): void {
    for (const [key, group] of groups) {
      group.rings++;
      group.maybe = true;
      pump(group);
      if (!group.waiting.size && !group.looking) groups.delete(key);
    }
  }

  function pump(group: Group<Task>): void {
    while (group.looking < mostAtOnce) {
      const some = next(group);
      if (!some.length) return;
      group.looking++;
      lookFor(group, some).finally(() => {
        group.looking--;
        pump(group);
      });
    }
  }

  async function lookFor(group: Group<Task>, some: Waiting<Task>[]): Promise<void> {
    const { rings } = group;
    try {
      const given = await look(group.wanted, some);
      group.maybe = group.rings !== rings || given.some((tasks) => tasks.length > 0);
      for (const [index, one] of some.entries()) {
        const tasks = given[index] ?? [];
        if (tasks.length || one.over || closed) one.end(tasks);
        else group.waiting.add(Object.assign(one, { seen: true }));
      }
    } catch (error) {
      for (const one of some) one.fail(error);
    }
  }

  const off = doorbell.on("work", wakeAll);
  const clock = setInterval(wakeAll, lookAgainSeconds * 1000).unref();
  return {
    claim,
    close() {
      closed = true;
      off();
      clearInterval(clock);
      for (const { waiting } of groups.values()) for (const one of waiting) one.end([]);
    },
  };
}

/** In the order they came, as many as one look serves; those who were seen already only when there may be work. */
function next<Task>(group: Group<Task>): Waiting<Task>[] {
  const some: Waiting<Task>[] = [];
  let files = 0;
  for (const one of group.waiting) {
    if (files >= mostFiles) break;
    if (one.seen && !group.maybe) continue;
    some.push(one);
    files += one.max;
  }
  for (const one of some) group.waiting.delete(one);
  return some;
}
