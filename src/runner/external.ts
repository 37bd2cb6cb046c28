import type { Runner } from "./contract.ts";

/**
 * Starts no workers: they are started elsewhere and connect by the work API or the queue. `help`:
 * how to start one.
 */
export function openExternalRunner(help = "Start one: longshore worker."): Runner {
  return {
    help,
    startsContainers: false,
    endedBefore: [],
    forgetEndedBefore: async () => undefined,
    capacity: 0,
    groups: "together",
    reconcile: async () => undefined,
    resign: async () => undefined,
    statuses: () => new Map(),
    lastWords: async () => undefined,
    onChange: () => () => undefined,
    onDeath: () => () => undefined,
    close: async () => undefined,
  };
}
