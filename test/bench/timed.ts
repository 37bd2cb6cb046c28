import { loadavg } from "node:os";
import type { Bench, BenchService } from "./bench.ts";
import { cpuSeconds } from "./processes.ts";

export interface Timed<Result> {
  result: Result;
  seconds: number;
  /** CPU seconds of the service and of Postgres, and the load of the machine, while it ran */
  usage: Record<string, string>;
}

/**
 * Times a piece of work, and says who used the cores meanwhile: what is at 100 % of one is the
 * limit.
 */
export async function timed<Result>(
  bench: Bench,
  service: BenchService | undefined,
  work: () => Promise<Result>,
): Promise<Timed<Result>> {
  const cpu = () => ({
    service: service ? cpuSeconds(service.pid) : 0,
    postgres: cpuSeconds(bench.postgresPid()),
  });
  const before = cpu();
  const started = performance.now();
  const result = await work();
  const seconds = secondsSince(started);
  const after = cpu();
  const share = (used: number) => `${Math.round((used / seconds) * 100)} % of a core`;
  const usage = {
    seconds: seconds.toFixed(1),
    ...(service && { service: share(after.service - before.service) }),
    postgres: share(after.postgres - before.postgres),
    "load average": loadavg()
      .map((one) => one.toFixed(1))
      .join(" "),
  };
  return { result, seconds, usage };
}

export function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
