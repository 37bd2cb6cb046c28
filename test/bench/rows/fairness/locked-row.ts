import { lockCounters } from "../../../support/lock-counters.ts";
import { call, claimAll, submit, successOf } from "../../api.ts";
import { type Measured, percentile, type Row } from "../../row.ts";
import { secondsSince } from "../../timed.ts";

const filesOf = 200;
const mustSeconds = 2;

export const lockedRow: Row = {
  name: "fairness: one locked row",
  about:
    "Another session locks the counters of a request, whose reports wait. Meanwhile the files of " +
    "a second request are reported one a call: the longest wait for an answer.",
  async measure(bench): Promise<Measured[]> {
    const service = await bench.service();
    try {
      const locked = await submit(service.url, filesOf);
      const free = await submit(service.url, filesOf);
      const reportsOf = async (id: string) =>
        (await claimAll(service.url, id, filesOf, 1)).map(successOf);
      const waiting = await reportsOf(locked);
      const others = await reportsOf(free);
      const report = (reports: object[]) =>
        call(service.url, "/v1/work/reports", { worker: "bench", reports });
      const release = await lockCounters(
        { ctx: { databaseUrl: service.databaseUrl ?? "" } },
        locked,
      );
      // In the end they are refused with a time to wait; they are not sent again.
      const held = Promise.allSettled(waiting.map((one) => report([one])));
      const took: number[] = [];
      for (const one of others) {
        const sent = performance.now();
        await report([one]);
        took.push(secondsSince(sent));
      }
      await release();
      await held;
      return [
        {
          what: "longest wait of a report while the counters of another request are locked",
          value: Math.max(...took),
          unit: "s",
          must: { atMost: mustSeconds },
          details: { before: "160 s", "p50 s": percentile(took, 0.5).toFixed(3) },
        },
      ];
    } finally {
      await service.remove();
    }
  },
};
