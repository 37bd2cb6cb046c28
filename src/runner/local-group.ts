import { type Logger, readableEnd } from "../log.ts";
import type { Trouble, WorkerGroupStatus } from "./contract.ts";
import type { WorkerEvents, WorkerProcess } from "./worker-process.ts";

export interface LocalGroup {
  /** Starts workers, or retires some, until as many run. */
  resize(size: number): void;
  status(): WorkerGroupStatus;
  find(worker: string): WorkerProcess | undefined;
  /** no worker is left, not even one that still finishes its work */
  isEmpty(): boolean;
  stop(): Promise<void>;
}

export interface LocalGroupDeps {
  startWorker(events: WorkerEvents): WorkerProcess;
  onChange(): void;
  log: Logger;
}

/** A worker that ends badly in less time than this is not replaced at once. */
const shortLifeMilliseconds = 5000;
const longestPauseMilliseconds = 30_000;
const outputBytes = 16_384;
const lastWordsCharacters = 600;
const reasonCharacters = 300;

/** Keeps the wanted number of workers running. Pauses grow between workers that die at once. */
export function makeLocalGroup({ startWorker, onChange, log }: LocalGroupDeps): LocalGroup {
  const members = new Set<WorkerProcess>();
  const retiring = new Set<WorkerProcess>();
  let wanted = 0;
  let earlyExits = 0;
  let crash: Omit<Trouble, "count"> | undefined;
  let pause: NodeJS.Timeout | undefined;

  return {
    resize(size) {
      wanted = size;
      for (const worker of [...members].slice(wanted)) retire(worker);
      if (wanted === 0) forgetCrash();
      fill();
    },
    status() {
      const running = [...members].filter((worker) => worker.isReady()).length;
      return {
        starting: members.size - running,
        running,
        troubles: crash ? [{ ...crash, count: Math.max(1, wanted - running) }] : [],
      };
    },
    find: (name) => [...members, ...retiring].find((worker) => worker.name === name),
    isEmpty: () => members.size + retiring.size === 0,
    async stop() {
      wanted = 0;
      forgetCrash();
      await Promise.all([...members, ...retiring].map((worker) => worker.stop()));
    },
  };

  function fill(): void {
    while (!pause && members.size < wanted) add();
  }

  function add(): void {
    const worker: WorkerProcess = startWorker({
      onReady() {
        onChange();
        if (crash) setTimeout(() => checkRecovery(worker), shortLifeMilliseconds).unref();
      },
      onExit: (exit) => onExit(worker, exit),
    });
    members.add(worker);
  }

  function retire(worker: WorkerProcess): void {
    members.delete(worker);
    retiring.add(worker);
    worker.retire();
  }

  function onExit(
    worker: WorkerProcess,
    { code, sentence }: { code: number | null; sentence: string },
  ): void {
    const wasMember = !retiring.delete(worker) && members.delete(worker);
    if (wasMember && wanted > 0) replace(worker, code, sentence);
    onChange();
  }

  function replace(worker: WorkerProcess, code: number | null, sentence: string): void {
    log.warn({ worker: worker.name, code, reason: sentence }, "a worker died");
    earlyExits = worker.livedMilliseconds() < shortLifeMilliseconds ? earlyExits + 1 : 0;
    // A single early exit may be bad luck.
    if (earlyExits > 1) {
      crash = { ...crashOf(worker, code, sentence), since: crash?.since ?? new Date() };
      pause ??= setTimeout(endPause, Math.min(250 * 2 ** earlyExits, longestPauseMilliseconds));
    }
    fill();
  }

  function endPause(): void {
    pause = undefined;
    fill();
  }

  function checkRecovery(worker: WorkerProcess): void {
    if (!members.has(worker)) return;
    forgetCrash();
    fill();
    onChange();
  }

  function forgetCrash(): void {
    clearTimeout(pause);
    pause = undefined;
    earlyExits = 0;
    crash = undefined;
  }
}

function crashOf(
  worker: WorkerProcess,
  code: number | null,
  sentence: string,
): Omit<Trouble, "count" | "since"> {
  const lastWords = readableEnd(worker.lastWords(outputBytes), lastWordsCharacters);
  if (/heap out of memory/i.test(worker.lastWords(outputBytes)))
    return {
      kind: "memory",
      sentence: "Workers run out of memory as soon as they start.",
      lastWords,
    };
  const reason = readableEnd(sentence, reasonCharacters);
  const how = code === null ? reason : `exit code ${code}: ${reason}`;
  return { kind: "crash", sentence: `Workers die as soon as they start (${how}).`, lastWords };
}
