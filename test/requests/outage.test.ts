// An outage that all workers shared costs no try: leases are extended by its length.
import { afterEach, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { heartbeat } from "../../src/requests/dispatch/claim.ts";
import { expireLeases } from "../../src/requests/dispatch/expire-leases.ts";
import { beat } from "../../src/requests/dispatch/watch-leases.ts";
import { startScheduler } from "../../src/requests/scheduler/scheduler.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
afterEach(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

/** As if the beat and the leases had been written so many seconds earlier. */
async function pass(seconds: number): Promise<void> {
  const { query } = ledger.ctx.db;
  await query("UPDATE service_beats SET beat_at = beat_at - make_interval(secs => $1)", [seconds]);
  await query("UPDATE request_files SET lease_until = lease_until - make_interval(secs => $1)", [
    seconds,
  ]);
}

async function stopped(): Promise<{ id: string; task: string }> {
  ledger = await openLedger({ scheduler: false, env: { LEASE_SECONDS: "600" } });
  const scheduler = startScheduler(ledger.ctx);
  const id = await ledger.submit(1);
  const [task] = await ledger.claim(1);
  await until(async () => (await ledger.ctx.db.query("SELECT FROM service_beats")).length === 1);
  await scheduler.stop();
  return { id, task: task?.task ?? "" };
}

const leaseSeconds = async () =>
  (
    await ledger.ctx.db.query<{ seconds: number }>(
      "SELECT extract(epoch FROM lease_until - now())::float8 AS seconds FROM request_files",
    )
  )[0]?.seconds ?? 0;

test("no lease expires before the length of an outage is added to it", async () => {
  const { id, task } = await stopped();
  await pass(3600);
  expect(await leaseSeconds()).toBeLessThan(0);
  expect(await expireLeases(ledger.ctx)).toBe(0);
  await beat(ledger.ctx);
  expect(await leaseSeconds()).toBeGreaterThan(0);
  expect(await leaseSeconds()).toBeLessThanOrEqual(600);
  expect(await expireLeases(ledger.ctx)).toBe(0);
  expect(await heartbeat(ledger.ctx, local, { worker: "w", tasks: [task] })).toEqual([]);
  expect((await ledger.read(id)).counters.running).toBe(1);
});

test.for(["write_beat_in_time", "write_beat_soon_after"])(
  "an outage while a beat is written (%s) is seen too",
  async (statement) => {
    await stopped();
    if (statement !== "write_beat_in_time") await pass(3600);
    const { db, ...others } = ledger.ctx;
    let outages = 0;
    const query: typeof db.query = async (text, params, name) => {
      if (name !== statement || outages++ > 0) return db.query(text, params, name);
      await pass(3600);
      const earlier = (value: unknown) =>
        typeof value === "string" && Date.parse(value) > 0
          ? new Date(Date.parse(value) - 3600_000)
          : value;
      return db.query(text, params?.map(earlier), name);
    };
    await beat({ ...others, db: { ...db, query } });
    expect(outages).toBeGreaterThan(0);
    expect(await expireLeases(ledger.ctx)).toBe(0);
    expect(await leaseSeconds()).toBeGreaterThan(0);
  },
);

test("a second look at the same outage does not extend a lease past its whole length", async () => {
  await stopped();
  await pass(3600);
  await beat(ledger.ctx);
  await ledger.ctx.db.query("UPDATE service_beats SET beat_at = now() - interval '3600 s'");
  await beat(ledger.ctx);
  expect(await leaseSeconds()).toBeLessThanOrEqual(600);
});

test("a worker that is silent while the service runs loses its files with a try", async () => {
  const { id } = await stopped();
  await ledger.ctx.db.query("UPDATE request_files SET lease_until = now() - interval '1 s'");
  await beat(ledger.ctx);
  expect(await expireLeases(ledger.ctx)).toBe(1);
  expect((await ledger.read(id)).counters.running).toBe(0);
});
