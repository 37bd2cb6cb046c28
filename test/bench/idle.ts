import { until } from "../support/wait.ts";
import type { Bench, Measured } from "./row.ts";
import { startBenchService } from "./service.ts";

/** One process while there is no work: workers are started for work alone. */
export async function idleRow(bench: Bench): Promise<Measured[]> {
  const service = await startBenchService(bench.databaseServer, { RUNNER: "local", OPERATIONS: "" });
  try {
    const seen: number[] = [];
    await until(() => seen.push(service.memory()) >= 50, { everyMilliseconds: 200 });
    const value = (seen.at(-1) ?? 0) / 2 ** 20;
    return [{ what: "idle service, all our processes, without Postgres", must: "< 250 MB", value, unit: "MB", passed: value < 250 }];
  } finally {
    await service.stop();
  }
}
