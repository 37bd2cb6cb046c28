import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskError } from "../operations/contract.ts";
import { pause } from "../time.ts";

/**
 * Holds back claims while no file can be finished here: nothing can be written, or a program cannot
 * be started.
 */
export interface StorageGate {
  /**
   * Resolves when work may be claimed. True after a problem: one file is claimed then, to find out
   * whether it is over.
   */
  pass(signal: AbortSignal): Promise<boolean>;
  /** a file could not be finished for this reason */
  close(error: TaskError): void;
  /** a file was finished, or failed for a reason of its own */
  open(): void;
  problem(): TaskError | undefined;
}

const firstWaitMilliseconds = 500;
const longestWaitMilliseconds = 30_000;
const probeBytes = 2 ** 20;

/** `scratch`: the worker's folder for temporary files, in which a probe is written. */
export function makeStorageGate(scratch: string): StorageGate {
  let problem: TaskError | undefined;
  let wait = firstWaitMilliseconds;

  return {
    async pass(signal) {
      if (!problem) return false;
      do {
        await pause(wait * (0.5 + Math.random()), signal);
        wait = Math.min(wait * 2, longestWaitMilliseconds);
      } while (!signal.aborted && problem.class === "disk" && !(await canWrite(scratch)));
      return true;
    },
    close(error) {
      problem = error;
    },
    open() {
      problem = undefined;
      wait = firstWaitMilliseconds;
    },
    problem: () => problem,
  };
}

/** Whether a small file can be written in this folder. */
export async function canWrite(scratch: string): Promise<boolean> {
  const probe = join(scratch, `probe-${randomUUID()}`);
  try {
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    await writeFile(probe, Buffer.alloc(probeBytes));
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
