import { z } from "zod";
import type { Operation } from "../contract.ts";

export const noop: Operation = {
  name: "noop",
  summary:
    "Settles every file without touching data, for benchmarks, fault tests and outside simulators.",
  settings: z.strictObject({}),
  perform: async () => ({ status: "success", results: [] }),
};
