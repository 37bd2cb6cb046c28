import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { residentMegabytes, tree } from "../processes.ts";
import type { Measured, Row } from "../row.ts";

export const idle: Row = {
  name: "idle",
  about:
    "The service with its own workers and all operations, 20 s after its start and without " +
    "work: resident memory of all its processes, without Postgres.",
  async measure(bench: Bench): Promise<Measured[]> {
    const service = await bench.service({ RUNNER: "local", OPERATIONS: "" });
    try {
      await pause(20_000);
      const processes = tree(service.pid).length;
      return [
        {
          what: "idle service",
          value: residentMegabytes(service.pid),
          unit: "MB",
          must: { atMost: 250 },
          details: { processes },
        },
      ];
    } finally {
      await service.remove();
    }
  },
};
