// A repeated claim that reaches another process than the first call did.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { workTopic } from "../../src/queue/contract.ts";
import { claim } from "../../src/requests/dispatch/claim.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
let other: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
  other = await openBeside(ledger);
});
afterAll(async () => {
  expect(await ledger.violations()).toEqual([]);
  await other.close();
  await ledger.close();
});

/** Starts of files wait until it is opened. */
async function closeGate(): Promise<() => Promise<void>> {
  const { query } = ledger.ctx.db;
  await query("CREATE TABLE gate (closed boolean)");
  await query("INSERT INTO gate VALUES (true)");
  await query(`CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP; RETURN NEW; END $$`);
  await query(`CREATE TRIGGER wait_at_gate BEFORE INSERT ON file_status
    FOR EACH ROW WHEN (NEW.status = 'start') EXECUTE FUNCTION wait_at_gate()`);
  return async () => void (await query("DELETE FROM gate"));
}

test("gets the files that the first call starts while it waits", async () => {
  const id = await ledger.submit(3);
  await ledger.published(id, 3);
  const open = await closeGate();
  const input = { worker: "w", claimId: randomUUID(), max: 3, waitSeconds: 10 };
  const first = claim(ledger.ctx, local, input);
  await until(async () => (await messages(id)) === 0);
  const asked = vi.spyOn(other.ctx.claimQueue, "claim");
  const repeated = claim(other.ctx, local, { ...input, repeated: true });
  await until(() => asked.mock.calls.length === 1);
  await open();
  const tasks = (await first).map(({ task }) => task);
  expect(tasks).toHaveLength(3);
  expect((await repeated).map(({ task }) => task).sort()).toEqual(tasks.sort());
});

async function messages(id: string): Promise<number> {
  const topic = workTopic("noop", id);
  return (await ledger.ctx.queue.depths([topic])).get(topic) ?? 0;
}
