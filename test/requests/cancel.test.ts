// Canceling a request, against whatever else happens to it at that moment.
import { afterAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Db } from "../../src/db/client.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { failRequest } from "../../src/requests/lifecycle/fail.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

const ledger = await openLedger();
afterAll(() => ledger.close());

async function opened(): Promise<string> {
  const id = await ledger.submit(1);
  await until(async () => (await ledger.read(id)).counters.total === 1);
  return id;
}

async function fail(id: string): Promise<void> {
  await failRequest(ledger.ctx, id, local, "its files are not tables");
  await ledger.ended(id);
}

test("a cancel that finds the request ended, and then redriven, cancels it", async () => {
  const id = await opened();
  const { db } = ledger.ctx;
  let tries = 0;
  const tx: Db["tx"] = async (work, options) => {
    if (++tries > 1) return db.tx(work, options);
    await fail(id);
    const result = await db.tx(work, options);
    await redrive(ledger.ctx, id, local);
    return result;
  };
  const answer = await cancel({ ...ledger.ctx, db: { ...db, tx } }, id, local);
  expect(tries).toBe(2);
  expect(["canceling", "canceled"]).toContain(answer.state);
  expect(await ledger.ended(id)).toMatchObject({ state: "canceled", round: 2 });
});

test("a cancel of a request that has ended is refused, and changes nothing", async () => {
  const id = await opened();
  await fail(id);
  await expect(cancel(ledger.ctx, id, local)).rejects.toMatchObject({
    status: 409,
    code: "request_ended",
  });
  expect(await ledger.read(id)).toMatchObject({ state: "failed", round: 1 });
});
