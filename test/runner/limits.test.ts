// What limits allow is what the leader has its runner run: counted in real worker processes. They
// reach no service here, so their work stays queued.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { type SlotLimits, setOperationLimits } from "../../src/shares/limits-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { processes } from "../support/processes.ts";
import { until } from "../support/wait.ts";

const capacity = 4;
let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({
    env: { RUNNER: "local", LOCAL_WORKERS: String(capacity), OPERATIONS: "noop" },
  });
});
afterAll(() => ledger.close());

const limit = (limits: Partial<SlotLimits>) =>
  setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: null, ...limits });

async function submitted(more: { owner?: string; workers?: number } = {}): Promise<string> {
  const id = await ledger.submit(20, more);
  await until(async () => (await ledger.read(id)).counters.queued === 20);
  return id;
}

function workers(): number {
  return processes("worker/main").filter(({ parent }) => parent === process.pid).length;
}

/** Resolves when so many run; until then there are never more. */
async function grown(to: number): Promise<void> {
  let most = 0;
  await until(() => {
    const now = workers();
    most = Math.max(most, now);
    return now === to;
  });
  expect(most).toBe(to);
}

test("a runner has no more workers than requests, users and operations may have busy", async () => {
  const ids = [await submitted({ workers: 1, owner: "a" })];
  await grown(1);
  await limit({ slots: 2 });
  ids.push(await submitted({ owner: "a" }), await submitted({ owner: "b" }));
  await grown(2);
  await limit({ slotsPerUser: 1 });
  ids.push(await submitted({ owner: "c" }));
  await grown(3);
  await limit({});
  await grown(capacity);
  await limit({ slots: 1 });
  await until(() => workers() === 1);
  for (const id of ids) await cancel(ledger.ctx, id, local);
});
