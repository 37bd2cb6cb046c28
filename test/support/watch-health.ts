import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface HealthLap {
  /** the longest that /healthz took */
  worstMilliseconds: number;
  /** the same, without the time in which the machine ran something else */
  heldMilliseconds: number;
  calls: number;
}

export interface HealthWatch {
  /** since the last lap */
  lap(): Promise<HealthLap>;
  stop(): Promise<HealthLap>;
}

/**
 * Asks /healthz on a connection of its own, from a thread, so that what holds the caller's event
 * loop is not measured.
 */
export function watchHealth({ url, pid }: { url: string; pid: number }): HealthWatch {
  const thread = new Worker(new URL("./health-thread.mjs", import.meta.url), {
    workerData: { url, pid },
  });
  // An error of a call is thrown by the next lap.
  let failure: Error | undefined;
  thread.on("error", (error: Error) => {
    failure = error;
  });
  async function answer(message: "lap" | "stop"): Promise<HealthLap> {
    if (failure) throw failure;
    thread.postMessage(message);
    const [lap] = (await once(thread, "message")) as [HealthLap];
    return lap;
  }
  return { lap: () => answer("lap"), stop: () => answer("stop") };
}
