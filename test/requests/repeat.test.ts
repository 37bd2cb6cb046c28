// Duties that are done again after each notification.
import { afterAll, beforeAll, test } from "vitest";
import { repeat } from "../../src/requests/scheduler/repeat.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterAll(() => ledger.close());

test("a notification that arrives during the work causes another run", async () => {
  const { ctx } = ledger;
  const stopping = new AbortController();
  const { signal } = stopping;
  let runs = 0;
  const repeating = repeat(ctx, { signal }, "test of repeat", 600, async () => {
    runs += 1;
    if (runs === 1) ctx.notifier.notify("test of repeat");
  });
  await until(() => runs === 2, { timeoutSeconds: 10 });
  stopping.abort();
  await repeating;
});
