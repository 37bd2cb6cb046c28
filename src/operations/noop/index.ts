import { z } from "zod";
import type { WorkerOperation } from "../contract.ts";

export const noop: WorkerOperation = {
  name: "noop",
  runsIn: "worker",
  summary:
    "Settles every file without touching data, for benchmarks, fault tests and outside simulators.",
  settings: z.strictObject({}),
  example: { settings: {} },
  offeredByDefault: () => false,
  perform: async () => ({ status: "success", results: [] }),
};
