import type { Logger } from "pino";
import type { Task } from "../operations/contract.ts";
import { makePassedOn } from "./passed-on.ts";
import type { WorkApi } from "./work-api.ts";

/** The tasks this worker holds, from the claim to the recorded report. Renews their leases. */
export interface HeldLeases {
  /** The signal aborts the work on the task: it is no longer wanted, or the worker stops. */
  add(task: Task): AbortSignal;
  /** False once the service has asked to give it up: it is not reported then. */
  isWanted(task: Task): boolean;
  remove(task: string): void;
  /**
   * Its report is on its way, and perhaps not recorded yet: its lease is renewed until the service
   * asks to give it up.
   */
  passOn(task: string): void;
  abortAll(): void;
  /** without those that are passed on */
  size(): number;
  close(): void;
}

interface Held {
  controller: AbortController;
  wanted: boolean;
}

export function makeHeldLeases(api: WorkApi, log: Logger): HeldLeases {
  const held = new Map<string, Held>();
  const passedOn = makePassedOn();
  let leaseSeconds = 60;
  let timer: NodeJS.Timeout | undefined;
  let aborted = false;
  let closed = false;

  return {
    add(task) {
      const controller = new AbortController();
      if (aborted) controller.abort();
      held.set(task.task, { controller, wanted: true });
      leaseSeconds = task.lease_seconds;
      timer ??= setTimeout(renew, (leaseSeconds * 1000) / 3);
      return controller.signal;
    },
    isWanted: (task) => held.get(task.task)?.wanted === true,
    remove: (task) => held.delete(task),
    passOn(task) {
      if (held.delete(task)) passedOn.add(task, leaseSeconds);
    },
    abortAll() {
      aborted = true;
      for (const { controller } of held.values()) controller.abort();
    },
    size: () => held.size,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };

  async function renew(): Promise<void> {
    let parts = 3;
    try {
      const tasks = current();
      const giveUp = tasks.length > 0 ? await api.heartbeat(tasks) : [];
      for (const task of giveUp) if (!passedOn.remove(task)) discard(held.get(task));
    } catch (error) {
      log.warn({ err: error }, "a heartbeat failed; it is sent again");
      parts = 12;
    }
    const isIdle = current().length === 0;
    timer = closed || isIdle ? undefined : setTimeout(renew, (leaseSeconds * 1000) / parts);
  }

  function current(): string[] {
    return [...held.keys(), ...passedOn.tasks()];
  }
}

function discard(lease: Held | undefined): void {
  if (!lease) return;
  lease.wanted = false;
  lease.controller.abort();
}
