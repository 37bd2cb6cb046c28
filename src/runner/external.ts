import type { Runner } from "./contract.ts";

/** Starts nothing: workers come by themselves, over the work API or the queue. */
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
