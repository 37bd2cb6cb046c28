import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { commandOf } from "../../src/live-process.ts";
import { mountsOf, processesOf } from "./left.ts";
import { send } from "./processes.ts";

const longestQuitMilliseconds = 10_000;

/**
 * Ends every process of a run, unmounts its file systems and removes its folder. Synchronous, so
 * that a signal handler can call it and nothing new starts meanwhile.
 */
export function cleanUp(folder: string): void {
  endProcesses(folder);
  for (const path of mountsOf(folder)) execFileSync("umount", ["--lazy", path]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Postgres removes its shared memory when it is asked to quit, but not when it is killed. */
function endProcesses(folder: string): void {
  const deadline = Date.now() + longestQuitMilliseconds;
  for (let pids = processesOf(folder); pids.length; pids = processesOf(folder)) {
    for (const pid of pids) {
      const quits = isPostgres(pid) && Date.now() < deadline;
      send(pid, quits ? "SIGQUIT" : "SIGKILL");
      send(pid, "SIGCONT");
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

function isPostgres(pid: number): boolean {
  return /^\S*postgres(:| )/.test(commandOf(pid) ?? "");
}
