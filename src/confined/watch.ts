import { readFile } from "node:fs/promises";

const pollMilliseconds = 200;

export interface WatchBounds {
  seconds: number;
  /** of the whole process */
  residentMegabytes: number;
  signal?: AbortSignal | undefined;
  /** called several times a second; resolves with true where another limit is exceeded */
  isOverOther?(): Promise<boolean>;
}

export type Exceeded = "seconds" | "memory" | "canceled" | "other";

/**
 * Calls `exceeded`: when the process takes too long, too much memory (Linux only), when it is
 * canceled, or when another limit is exceeded. Returns how to stop that.
 */
export function watchProcess(
  pid: number,
  { seconds, residentMegabytes, signal, isOverOther }: WatchBounds,
  exceeded: (what: Exceeded) => void,
): () => void {
  const timeUp = setTimeout(() => exceeded("seconds"), seconds * 1000);
  const polling = setInterval(checkLimits, pollMilliseconds);
  const cancel = () => exceeded("canceled");
  if (signal?.aborted) queueMicrotask(cancel);
  signal?.addEventListener("abort", cancel);
  return () => {
    clearTimeout(timeUp);
    clearInterval(polling);
    signal?.removeEventListener("abort", cancel);
  };

  async function checkLimits(): Promise<void> {
    if (await isOverOther?.()) exceeded("other");
    else if ((await residentMegabytesOf(pid)) > residentMegabytes) exceeded("memory");
  }
}

/** 0 where the system has no /proc; a limit of the program itself is then the only one. */
async function residentMegabytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
