import type { Runner } from "./contract.ts";

/** Starts nothing: workers come by themselves, over the work API or the queue. */
export function openExternalRunner(): Runner {
  return {
    kind: "external",
    scope: "none",
    capacity: 0,
    start: async () => undefined,
    poll: async () => ({ starting: 0, running: 0, failed: 0 }),
    stop: async () => undefined,
    groups: async () => [],
    onDeath: () => undefined,
    close: async () => undefined,
  };
}
