import { tree } from "../bench/processes.ts";

/** Stops a process and all below it (SIGSTOP): they keep their connections and do nothing. */
export function freeze(pid: number): void {
  // The parent first, so that it starts no new ones
  for (const each of tree(pid)) send(each, "SIGSTOP");
}

export function thaw(pid: number): void {
  for (const each of tree(pid).reverse()) send(each, "SIGCONT");
}

/** A process that has already ended is left out. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
