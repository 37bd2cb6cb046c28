import type { QueryReply, QueryRequest } from "./messages.ts";
import type { Bounds, QueryProcess } from "./process.ts";
import { startQueryProcess } from "./process.ts";

const idleSeconds = 30;
/** Two requests by turns are usual, and starting a process takes a third of a second; each holds about 100 MB. */
const mostIdle = 2;

interface Idle {
  owner: string;
  process: QueryProcess;
  timer: NodeJS.Timeout;
}

export interface QueryProcesses {
  /** Asks a process that has only ever answered this owner; starts one when there is none. */
  ask(owner: string, question: QueryRequest, bounds: Bounds): Promise<QueryReply>;
}

/** Query processes kept for the next question of the same owner, and stopped when they are idle for long or too many. */
export function makeQueryProcesses({
  most,
  mostWaiting,
}: {
  most: number;
  mostWaiting: number;
}): QueryProcesses {
  const idle: Idle[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;

  return {
    async ask(owner, question, bounds) {
      if (busy >= most) {
        if (waiting.length >= mostWaiting)
          return { fault: { class: "busy", message: "Too many queries wait already." } };
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else {
        busy += 1;
      }
      const process = take(owner);
      try {
        return await process.ask(question, bounds);
      } finally {
        keep(owner, process);
        // The place goes to the next in line without becoming free in between
        const next = waiting.shift();
        if (next) next();
        else busy -= 1;
      }
    },
  };

  function take(owner: string): QueryProcess {
    const at = idle.findIndex((one) => one.owner === owner && one.process.isAlive());
    const [mine] = at < 0 ? [] : idle.splice(at, 1);
    clearTimeout(mine?.timer);
    return mine?.process ?? startQueryProcess();
  }

  function keep(owner: string, process: QueryProcess): void {
    if (!process.isAlive()) return;
    const timer = setTimeout(() => {
      const at = idle.findIndex((one) => one.process === process);
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
