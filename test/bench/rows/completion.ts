import { until } from "../../support/wait.ts";
import { call, claimAll, read, submit, successOf } from "../api.ts";
import type { Bench } from "../bench.ts";
import { type Measured, percentile, type Row } from "../row.ts";

const files = 20;

export const completion: Row = {
  name: "completion",
  about:
    `Requests of ${files} files one after the other: from the answer to the last report until ` +
    "a read says complete.",
  async measure(bench: Bench): Promise<Measured[]> {
    const service = await bench.service();
    try {
      const took: number[] = [];
      for (let round = 0; round < (bench.quick ? 50 : 300); round++) {
        const request = await submit(service.url, files);
        const tasks = await claimAll(service.url, request, files, 1);
        const reports = tasks.map(successOf);
        await call(service.url, "/v1/work/reports", { worker: "bench", reports });
        const answered = performance.now();
        await until(async () => (await read(service.url, request)).state === "complete", {
          everyMilliseconds: 2,
        });
        took.push(performance.now() - answered);
      }
      return [
        {
          what: "last report → status complete, p99",
          value: percentile(took, 0.99) / 1000,
          unit: "s",
          must: { atMost: 1 },
          details: {
            requests: took.length,
            "p50 ms": percentile(took, 0.5).toFixed(1),
            "max ms": Math.max(...took).toFixed(1),
          },
        },
      ];
    } finally {
      await service.remove();
    }
  },
};
