import type { Logger } from "../log.ts";
import type { WorkerGroupStatus } from "./contract.ts";
import type { WorkerProcess } from "./worker-process.ts";

type OnDeath = (code: number | null, lastWords: string) => void;

export interface LocalGroup {
  resize(size: number): void;
  size(): number;
  status(): WorkerGroupStatus;
  stop(): Promise<void>;
}

/** A worker that lives shorter than this and ends badly is not started again at once. */
const shortLifeMilliseconds = 5000;
const longestPauseMilliseconds = 30_000;

/** Keeps as many workers running as are wanted; those that die at once come back ever more slowly, with the reason kept. */
export function makeLocalGroup(
  startWorker: (died: OnDeath) => WorkerProcess,
  log: Logger,
): LocalGroup {
  const members = new Set<WorkerProcess>();
  const retiring = new Set<WorkerProcess>();
  let wanted = 0;
  let earlyExits = 0;
  let reason: string | undefined;
  let pause: NodeJS.Timeout | undefined;

  return {
    resize(size) {
      wanted = size;
      for (const worker of [...members].slice(wanted)) retire(worker);
      fill();
    },
    size: () => wanted,
    status() {
      const running = [...members].filter((worker) => worker.isReady()).length;
      const failed = pause ? wanted - members.size : 0;
      return {
        starting: wanted - running - failed,
        running,
        failed,
        ...(failed > 0 && reason !== undefined && { reason }),
      };
    },
    async stop() {
      wanted = 0;
      clearTimeout(pause);
      pause = undefined;
      await Promise.all([...members, ...retiring].map((worker) => worker.stop()));
    },
  };

  function fill(): void {
    while (!pause && members.size < wanted) {
      const worker: WorkerProcess = startWorker((code, lastWords) =>
        onExit(worker, code, lastWords),
      );
      members.add(worker);
    }
  }

  function retire(worker: WorkerProcess): void {
    members.delete(worker);
    retiring.add(worker);
    worker.retire();
  }

  function onExit(worker: WorkerProcess, code: number | null, lastWords: string): void {
    if (retiring.delete(worker) || !members.delete(worker) || wanted === 0) return;
    if (code === 0) {
      // It was idle: the next start() says whether it is wanted again
      wanted = members.size;
      return;
    }
    log.warn({ worker: worker.name, code, lastWords }, "a worker died");
    const short = worker.livedMilliseconds() < shortLifeMilliseconds;
    earlyExits = short ? earlyExits + 1 : 0;
    // One short life may be bad luck
    if (earlyExits > 1) {
      reason = `Workers die at once (${code === null ? "killed" : `exit code ${code}`}): ${lastWords}`;
      pause ??= setTimeout(restartLater, Math.min(250 * 2 ** earlyExits, longestPauseMilliseconds));
    }
    fill();
  }

  function restartLater(): void {
    pause = undefined;
    fill();
  }
}
