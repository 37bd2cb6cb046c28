import type { Runner } from "./contract.ts";

/** Starts no workers: they are started elsewhere and connect by the work API or the queue. */
export function openExternalRunner(): Runner {
  return {
    help: "Start one: longshore worker.",
    capacity: 0,
    reconcile: async () => undefined,
    resign: async () => undefined,
    statuses: () => new Map(),
    lastWords: async () => undefined,
    onChange: () => () => undefined,
    onDeath: () => () => undefined,
    close: async () => undefined,
  };
}
