// Gauges of the whole database, which one process of all exports.
import { Gauge, Registry } from "prom-client";

export interface Gauges {
  /** whether this process exports them; otherwise another one does */
  isExported(): boolean;
  registry: Registry;
  requests: Gauge<"state">;
  files: Gauge<"operation" | "state">;
  oldest: Gauge<"operation" | "step">;
  messages: Gauge<"topic">;
}

export function makeGauges(): Gauges {
  const registry = new Registry();
  const registers = [registry];
  return {
    isExported: () => false,
    registry,
    requests: new Gauge({
      name: "longshore_requests",
      help: "Open requests by state",
      labelNames: ["state"],
      registers,
    }),
    files: new Gauge({
      name: "longshore_files",
      help: "Files of open requests, by the operation they are in and their state",
      labelNames: ["operation", "state"],
      registers,
    }),
    oldest: new Gauge({
      name: "longshore_oldest_waiting_seconds",
      help: "How long the oldest waiting file has waited, by operation and step",
      labelNames: ["operation", "step"],
      registers,
    }),
    messages: new Gauge({
      name: "longshore_queue_messages",
      help: "Messages in the queue of reports and in its poison queue",
      labelNames: ["topic"],
      registers,
    }),
  };
}
