import { forEachAtOnce } from "../../../../src/at-once.ts";
import { until } from "../../../support/wait.ts";
import type { Measured, Row } from "../../row.ts";
import { secondsSince } from "../../timed.ts";
import { withLedger } from "./users.ts";

const withoutWork = 64;
const withWork = 12;
const filesOf = 3;

export const starvation: Row = {
  name: "fairness: requests with nothing to take",
  about:
    `${withoutWork} requests whose messages are lost, and ${withWork} of the same user and another ` +
    "behind them: one claims seven files a call and reports them. How long the last of these " +
    "waits for its first file.",
  measure: (bench) =>
    withLedger(bench, { SWEEP_SECONDS: "600" }, async (ledger): Promise<Measured[]> => {
      const submitted = async (count: number, owner: string) => {
        const ids: string[] = [];
        await forEachAtOnce(Array.from({ length: count }), 4, async () => {
          const id = await ledger.submit(filesOf, { owner });
          await until(async () => (await ledger.read(id)).counters.queued === filesOf);
          ids.push(id);
        });
        return ids;
      };
      await submitted(withoutWork, "one");
      await ledger.ctx.db.query("DELETE FROM queue_messages");
      const half = withWork / 2;
      const wanted = new Set([
        ...(await submitted(half, "one")),
        ...(await submitted(half, "two")),
      ]);
      const began = performance.now();
      let claims = 0;
      while (wanted.size > 0 && secondsSince(began) < 60) {
        claims++;
        for (const task of await ledger.claim(7, { waitSeconds: 0 })) {
          wanted.delete(task.request);
          await ledger.report(task, "success");
        }
      }
      return [
        {
          what: `last of ${withWork} requests behind ${withoutWork} with nothing to take gets a file`,
          value: wanted.size === 0 ? secondsSince(began) : Number.POSITIVE_INFINITY,
          unit: "s",
          must: { atMost: 2 },
          details: { before: "12 of 40 requests starved", claims },
        },
      ];
    }),
};
