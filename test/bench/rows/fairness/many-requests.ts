import { forEachAtOnce } from "../../../../src/at-once.ts";
import type { Ledger } from "../../../support/context.ts";
import { until } from "../../../support/wait.ts";
import { type Measured, percentile, type Row } from "../../row.ts";
import { withLedger } from "./users.ts";

const filesOf = 2;

export const manyRequests: Row = {
  name: "fairness: thousands of requests of one user",
  about:
    "One user has 5,000 open requests; another submits one file, and four workers take and " +
    "report a file each, again and again. The wait lasts from the submit until the file is with " +
    "a worker. A claim must cost the same as beside 50 requests.",
  measure: (bench) =>
    withLedger(bench, { SWEEP_SECONDS: "60" }, async (ledger): Promise<Measured[]> => {
      const many = bench.quick ? 1_000 : 5_000;
      await open(ledger, 50);
      const few = await claims(ledger);
      await open(ledger, many - 50);
      const took = await claims(ledger);
      const wait = await secondUsersWait(ledger);
      const [before, after] = [percentile(few, 0.5), percentile(took, 0.5)];
      return [
        {
          what: `a user's file is with a worker beside ${many.toLocaleString("en")} requests of another`,
          value: wait,
          unit: "s",
          must: { atMost: 2 },
        },
        {
          what: `a claim beside ${many.toLocaleString("en")} requests, against one beside 50`,
          value: after / before,
          unit: "×",
          must: { atMost: 2 },
          details: { "p50 ms beside 50": before.toFixed(1), "p50 ms": after.toFixed(1) },
        },
      ];
    }),
};

async function open(ledger: Ledger, requests: number): Promise<void> {
  await forEachAtOnce(Array.from({ length: requests }), 8, () =>
    ledger.submit(filesOf, { owner: "one" }),
  );
  await until(
    async () => {
      const [row] = await ledger.ctx.db.query<{ unpublished: number }>(
        "SELECT count(*) AS unpublished FROM request_steps WHERE registered < $1 OR waiting > 0",
        [filesOf],
      );
      return row?.unpublished === 0;
    },
    { timeoutSeconds: 300, everyMilliseconds: 200, what: "every request published" },
  );
}

async function claims(ledger: Ledger): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < 40; n++) {
    const began = performance.now();
    const [task] = await ledger.claim(1);
    took.push(performance.now() - began);
    if (task) await ledger.report(task, "success");
  }
  return took;
}

async function secondUsersWait(ledger: Ledger): Promise<number> {
  let found: number | undefined;
  let wanted: string | undefined;
  const work = async (worker: string) => {
    while (found === undefined) {
      for (const task of await ledger.claim(1, { worker })) {
        if (task.request === wanted) found = performance.now();
        await ledger.report(task, "success");
      }
    }
  };
  const workers = ["a", "b", "c", "d"].map(work);
  const began = performance.now();
  wanted = await ledger.submit(1, { owner: "two" });
  await Promise.all(workers);
  return ((found ?? Number.NaN) - began) / 1000;
}
