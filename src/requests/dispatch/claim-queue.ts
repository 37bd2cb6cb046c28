import type { Notifier } from "../../db/notifier.ts";

/** What claims ask for; those that ask for the same are answered by one look. */
export interface WorkFilter {
  request?: string | undefined;
  operations: string[];
}

export interface Waiter {
  worker: string;
  /** at most so many */
  max: number;
}

/** One look for work, for several workers at once: what each of them gets, in their order. */
export type Poll<Task> = (wanted: WorkFilter, waiters: Waiter[]) => Promise<Task[][]>;

export interface ClaimQueue<Task> {
  claim(
    wanted: WorkFilter,
    waiter: Waiter,
    waitSeconds: number,
    signal?: AbortSignal,
  ): Promise<Task[]>;
  close(): void;
}

interface PendingClaim<Task> extends Waiter {
  /** was looked for in vain: looked for again at the next ring */
  polled: boolean;
  expired: boolean;
  end(tasks: Task[]): void;
  fail(error: unknown): void;
}
interface Group<Task> {
  wanted: WorkFilter;
  waiting: Set<PendingClaim<Task>>;
  polling: number;
  notifications: number;
  /** there may be work for those who were seen */
  mayHaveWork: boolean;
}

const mostFiles = 1000;
/** While one look waits for the database, the next is made ready. */
const mostAtOnce = 2;
/** The notifier may be lost. */
const pollSeconds = 2;

/** Two thousand workers that wait would each look at every ring (20,000 files took them 82 s): they wait in groups, and a look is for many. */
export function openClaimQueue<Task>(
  notifier: Pick<Notifier, "on">,
  poll: Poll<Task>,
): ClaimQueue<Task> {
  const groups = new Map<string, Group<Task>>();
  let closed = false;

  function claim(
    wanted: WorkFilter,
    { worker, max }: Waiter,
    waitSeconds: number,
    signal?: AbortSignal,
  ): Promise<Task[]> {
    return new Promise((resolve, reject) => {
      const group = groupOf(wanted);
      const clock = setTimeout(expire, waitSeconds * 1000);
      signal?.addEventListener("abort", expire);
      const settle = () => {
        clearTimeout(clock);
        signal?.removeEventListener("abort", expire);
      };
      const pending: PendingClaim<Task> = {
        worker,
        max,
        polled: false,
        expired: waitSeconds === 0 || signal?.aborted === true,
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
      function expire(): void {
        pending.expired = true;
        if (pending.polled && group.waiting.delete(pending)) pending.end([]);
      }
      group.waiting.add(pending);
      pump(group);
    });
  }

  function groupOf(wanted: WorkFilter): Group<Task> {
    const key = `${wanted.request ?? ""} ${wanted.operations.join(" ")}`;
    const known = groups.get(key);
    if (known) return known;
    const group: Group<Task> = {
      wanted,
      waiting: new Set(),
      polling: 0,
      notifications: 0,
      mayHaveWork: true,
    };
    groups.set(key, group);
    return group;
  }

  function wakeAll(): void {
    for (const [key, group] of groups) {
      group.notifications++;
      group.mayHaveWork = true;
      pump(group);
      if (!group.waiting.size && !group.polling) groups.delete(key);
    }
  }

  function pump(group: Group<Task>): void {
    while (group.polling < mostAtOnce) {
      const claims = next(group);
      if (!claims.length) return;
      group.polling++;
      void pollFor(group, claims).finally(() => {
        group.polling--;
        pump(group);
      });
    }
  }

  async function pollFor(group: Group<Task>, claims: PendingClaim<Task>[]): Promise<void> {
    const { notifications } = group;
    try {
      const given = await poll(group.wanted, claims);
      group.mayHaveWork =
        group.notifications !== notifications || given.some((tasks) => tasks.length > 0);
      for (const [index, pending] of claims.entries()) {
        const tasks = given[index] ?? [];
        if (tasks.length || pending.expired || closed) pending.end(tasks);
        else {
          pending.polled = true;
          group.waiting.add(pending);
        }
      }
    } catch (error) {
      for (const pending of claims) pending.fail(error);
    }
  }

  const off = notifier.on("work", wakeAll);
  const clock = setInterval(wakeAll, pollSeconds * 1000).unref();
  return {
    claim,
    close() {
      closed = true;
      off();
      clearInterval(clock);
      for (const { waiting } of groups.values()) for (const pending of waiting) pending.end([]);
    },
  };
}

/** In the order they came, as many as one look serves; those who were seen already only when there may be work. */
function next<Task>(group: Group<Task>): PendingClaim<Task>[] {
  const claims: PendingClaim<Task>[] = [];
  let files = 0;
  for (const pending of group.waiting) {
    if (files >= mostFiles) break;
    if (pending.polled && !group.mayHaveWork) continue;
    claims.push(pending);
    files += pending.max;
  }
  for (const pending of claims) group.waiting.delete(pending);
  return claims;
}
