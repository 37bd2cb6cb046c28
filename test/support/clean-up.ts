import { spawnSync } from "node:child_process";
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
  // A cleaner of a run around this one may be faster. What stays mounted cannot be removed below.
  for (const path of mountsOf(folder)) spawnSync("umount", ["--lazy", path]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Postgres removes its shared memory when it is asked to quit, but not when it is killed. */
function endProcesses(folder: string): void {
  const deadline = Date.now() + longestQuitMilliseconds;
  const left = () => processesOf(folder).filter(mayEnd);
  for (let pids = left(); pids.length; pids = left()) {
    for (const pid of pids) {
      const quits = isPostgres(pid) && Date.now() < deadline;
      send(pid, quits ? "SIGQUIT" : "SIGKILL");
      send(pid, "SIGCONT");
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** Someone else may just look at the folder. */
function mayEnd(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function isPostgres(pid: number): boolean {
  return /^\S*postgres(:| )/.test(commandOf(pid) ?? "");
}
