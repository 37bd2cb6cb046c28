import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** Memory, event loop and garbage collection: of the process, however many services run in it. */
let ofProcess: Registry | undefined;

export function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

export type CallSeconds = Histogram<"method" | "route" | "status">;

export function makeCallSeconds(registry: Registry): CallSeconds {
  return new Histogram({
    name: "longshore_http_seconds",
    help: "Time to answer a call, by method, route and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
}
