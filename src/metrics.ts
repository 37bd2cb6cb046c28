import { collectDefaultMetrics, Registry } from "prom-client";

/**
 * Everything `/metrics` shows; a module registers its own counters here (`registers: [metrics]`).
 */
export const metrics = new Registry();

let collecting = false;

/**
 * Memory, event loop and garbage collection of this process; asked for once, when the service
 * starts to listen.
 */
export function collectProcessMetrics(): void {
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics({ register: metrics });
}
