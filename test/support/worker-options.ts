import { silentLog } from "../../src/log.ts";
import type { WorkerOptions } from "../../src/worker/run.ts";

/** For a worker in the test's own process, which reads inputs below `roots`. */
export function workerOptions(
  url: string,
  { roots = [], ...more }: Partial<WorkerOptions> & { roots?: string[] } = {},
): WorkerOptions {
  return {
    url,
    name: "worker-1",
    operations: ["transform"],
    facility: {},
    inputFolders: { roots, closed: [] },
    inputHosts: [],
    limits: { memoryMegabytes: 256, seconds: 60, outputMegabytes: 64, threads: 1 },
    graceSeconds: 0.1,
    log: silentLog(),
    ...more,
  };
}
