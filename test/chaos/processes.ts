import { tree } from "../bench/processes.ts";
import { send } from "../support/processes.ts";

/** Stops a process and all below it (SIGSTOP): they keep their connections and do nothing. */
export function freeze(pid: number): void {
  // The parent first, so that it starts no new ones
  for (const each of tree(pid)) send(each, "SIGSTOP");
}

export function thaw(pid: number): void {
  for (const each of tree(pid).reverse()) send(each, "SIGCONT");
}
