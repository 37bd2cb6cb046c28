import type { Bounds, QueryRequest } from "./messages.ts";
import { type ProcessReply, type QueryProcess, startQueryProcess } from "./process.ts";

const idleSeconds = 30;
/**
 * Two requests by turns are usual, and starting a process takes a third of a second; each holds
 * about 100 MB.
 */
const mostIdle = 2;

interface Idle {
  owner: string;
  process: QueryProcess;
  timer: NodeJS.Timeout;
}

export interface QueryProcesses {
  /** Asks a process that has only ever worked for this owner; starts one when there is none. */
  ask(owner: string, request: QueryRequest, bounds: Bounds): Promise<ProcessReply>;
}

/**
 * Query processes kept for the next request of the same owner, and stopped when they are idle for
 * long or too many.
 */
export function makeQueryProcesses(): QueryProcesses {
  const idle: Idle[] = [];

  return {
    async ask(owner, request, bounds) {
      const process = take(owner, bounds);
      try {
        return await process.ask(request, bounds);
      } finally {
        keep(owner, process);
      }
    },
  };

  function take(owner: string, bounds: Bounds): QueryProcess {
    const at = idle.findIndex((entry) => entry.owner === owner && entry.process.isAlive());
    const [mine] = at < 0 ? [] : idle.splice(at, 1);
    clearTimeout(mine?.timer);
    return mine?.process ?? startQueryProcess(bounds);
  }

  function keep(owner: string, process: QueryProcess): void {
    if (!process.isAlive()) return;
    const timer = setTimeout(() => {
      const at = idle.findIndex((entry) => entry.process === process);
      if (at >= 0) idle.splice(at, 1);
      process.stop();
    }, idleSeconds * 1000);
    timer.unref();
    idle.push({ owner, process, timer });
    if (idle.length <= mostIdle) return;
    const longest = idle.shift();
    clearTimeout(longest?.timer);
    longest?.process.stop();
  }
}
