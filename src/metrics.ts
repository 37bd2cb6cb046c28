import { collectDefaultMetrics, Registry } from "prom-client";

/**
 * Everything that `/metrics` shows. Modules register their metrics here (`registers: [metrics]`).
 */
export const metrics = new Registry();

let collecting = false;

/**
 * Memory, event loop and garbage collection of this process. Called once, when the service starts
 * to listen.
 */
export function collectProcessMetrics(): void {
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics({ register: metrics });
}
