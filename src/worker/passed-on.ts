/**
 * Tasks whose reports the broker has, and the service perhaps has not read: their leases are
 * renewed until it asks to give them up. One whose report is refused waits for other workers after
 * so many leases.
 */
export interface PassedOn {
  add(task: string, leaseSeconds: number): void;
  /** those whose leases are still renewed */
  tasks(): string[];
  /** Whether it was there. */
  remove(task: string): boolean;
}

const mostLeases = 5;
/** Where the service is so far behind, the leases of the oldest end. */
const mostTasks = 2000;

export function makePassedOn(): PassedOn {
  /** until when each is renewed, by `performance.now()`; the oldest first */
  const untils = new Map<string, number>();
  return {
    add(task, leaseSeconds) {
      untils.set(task, performance.now() + mostLeases * leaseSeconds * 1000);
      const [oldest] = untils.keys();
      if (untils.size > mostTasks && oldest !== undefined) untils.delete(oldest);
    },
    tasks() {
      const now = performance.now();
      for (const [task, until] of untils) if (until < now) untils.delete(task);
      return [...untils.keys()];
    },
    remove: (task) => untils.delete(task),
  };
}
