import { readFile, stat } from "node:fs/promises";
import type { Bounds } from "./process.ts";

const pollMilliseconds = 200;

/** Calls `broken` once, when the process takes too long, too much memory (Linux only) or writes too much, or when it is called off. */
export function watchLimits(
  pid: number,
  bounds: Bounds,
  broken: (fault: { class: string; message: string }) => void,
): () => void {
  const { seconds, residentMegabytes, output, signal } = bounds;
  const timeUp = setTimeout(
    () => broken({ class: "timeout", message: `The query took longer than ${seconds} seconds.` }),
    seconds * 1000,
  );
  const looking = setInterval(checkLimits, pollMilliseconds);
  const callOff = () => broken({ class: "canceled", message: "The query was called off." });
  if (signal?.aborted) queueMicrotask(callOff);
  signal?.addEventListener("abort", callOff);
  return () => {
    clearTimeout(timeUp);
    clearInterval(looking);
    signal?.removeEventListener("abort", callOff);
  };

  async function checkLimits(): Promise<void> {
    if (output && (await sizeOf(output.path)) > output.megabytes * 1024 * 1024) {
      broken({ class: "too_large", message: `The result is larger than ${output.megabytes} MB.` });
    } else if ((await residentMegabytesOf(pid)) > residentMegabytes) {
      broken({
        class: "memory",
        message: `The query process took more than ${residentMegabytes} MB of memory.`,
      });
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

/** 0 where the system has no /proc; DuckDB's own limit is then the only one. */
async function residentMegabytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
