// Steps that are first in line but have nothing to take starve nobody behind them.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { noop } from "../../src/operations/noop/index.ts";
import { setOperationLimits } from "../../src/shares/limits-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

const limited = { ...noop, name: "limited" };

let ledger: Ledger;
beforeAll(async () => {
  // The sweep would publish lost messages again.
  ledger = await openLedger({
    env: { SWEEP_SECONDS: "600", OPERATIONS: "noop,limited" },
    operations: [limited],
  });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

const filesOf = 3;

async function submitted(count: number, owner: string, more: object = {}): Promise<Set<string>> {
  const ids = await Promise.all(
    Array.from({ length: count }, () => ledger.submit(filesOf, { owner, ...more })),
  );
  await until(async () => {
    const views = await Promise.all(ids.map((id) => ledger.read(id)));
    return views.every(({ counters }) => counters.queued === filesOf);
  });
  return new Set(ids);
}

const kinds = [
  { kind: "whose messages are lost", more: {}, lose: true },
  { kind: "that a worker holds, which may alone", more: { workers: 1 }, lose: false },
  { kind: "whose operation has no free slot", more: { steps: ["limited"] }, lose: false },
];

test.each(kinds)(
  "64 requests $kind, of the same user or another, starve none of 40",
  async ({ kind, more, lose }) => {
    const [one, other] = [`one of ${kind}`, `other of ${kind}`];
    const requestsWithoutWork = await submitted(64, one, more);
    if (lose) await ledger.ctx.db.query("DELETE FROM queue_messages");
    else if ("workers" in more)
      for (const request of requestsWithoutWork)
        await ledger.claim(1, { request, worker: "holder" });
    else await setOperationLimits(ledger.ctx.db, "limited", { slots: 0, slotsPerUser: null });
    const wanted = new Set([...(await submitted(20, one)), ...(await submitted(20, other))]);
    const claimed = new Map<string, number>();
    for (let files = 0; files < wanted.size * filesOf; ) {
      const tasks = await ledger.claim(7, { waitSeconds: 0 });
      expect(tasks.length).toBeGreaterThan(0);
      for (const task of tasks) {
        claimed.set(task.request, (claimed.get(task.request) ?? 0) + 1);
        expect(await ledger.report(task, "success")).toBe("recorded");
      }
      files += tasks.length;
    }
    expect(new Set(claimed.keys())).toEqual(wanted);
    for (const id of wanted) expect((await ledger.ended(id)).state).toBe("complete");
  },
);
