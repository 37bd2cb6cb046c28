import { call, paths, type RequestView, read, registered } from "../api.ts";
import type { Bench } from "../bench.ts";
import { auditClean } from "../books.ts";
import { runLoad } from "../load/start.ts";
import type { WorkersJob, WorkersResult } from "../load/workers.ts";
import type { Measured, Row } from "../row.ts";
import { timed } from "../timed.ts";
import { largeDataset } from "./registration.ts";

const workers = 2000;

export const simulatedWorkers: Row = {
  name: "simulated workers",
  comparedWithBare: true,
  about:
    `${workers.toLocaleString("en")} workers, each on a connection of its own, claim at most ` +
    "100 files a call and report them, a fifth of the reports twice; the audit is clean at " +
    "the end.",
  async measure(bench: Bench): Promise<Measured[]> {
    const files = bench.quick ? 20_000 : largeDataset;
    const service = await bench.service();
    try {
      const body = { dataset: { files: paths(files) }, steps: [{ operation: "noop" }], workers };
      const { id } = await call<RequestView>(service.url, "/v1/requests", body);
      await registered(service.url, id, files);
      const job: WorkersJob = {
        url: service.url,
        request: id,
        workers,
        perCall: 100,
        duplicates: 0.2,
      };
      const { result, usage } = await timed(bench, service, () =>
        runLoad<WorkersJob, WorkersResult>("workers", job, 400),
      );
      const { state, counters } = await read(service.url, id);
      const recorded = result.answers.recorded ?? 0;
      if (state !== "complete" || counters.done !== files || recorded !== files)
        throw new Error(
          `The request is ${state} with ${counters.done} of ${files} done and ${recorded} ` +
            "recorded.",
        );
      await auditClean(service);
      const { seconds, answers, ...numbers } = result;
      return [
        {
          what:
            `${files.toLocaleString("en")} files claimed and reported, each finished exactly ` +
            "once",
          value: seconds,
          unit: "s",
          must: { atMost: bench.quick ? 60 * (files / largeDataset) : 60 },
          filesPerSecond: files / seconds,
          details: {
            ...usage,
            seconds: seconds.toFixed(1),
            "files/s": Math.round(files / seconds),
            ...answers,
            ...rounded(numbers),
          },
        },
      ];
    } finally {
      await service.remove();
    }
  },
};

function rounded(numbers: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, Math.round(value)]),
  );
}
