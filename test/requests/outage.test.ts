// An outage that all workers shared costs no try: leases are extended by its length.
import { afterEach, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Query } from "../../src/db/client.ts";
import { heartbeat } from "../../src/requests/dispatch/claim.ts";
import { expireLeases } from "../../src/requests/dispatch/expire-leases.ts";
import { beat, longestGapSeconds } from "../../src/requests/dispatch/watch-leases.ts";
import { startScheduler } from "../../src/requests/scheduler/scheduler.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
afterEach(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

/** As if the beat and the leases had been written so many seconds earlier. */
async function pass(seconds: number, query: Query = ledger.ctx.db.query): Promise<void> {
  await query("UPDATE service_beats SET beat_at = beat_at - make_interval(secs => $1)", [seconds]);
  await query("UPDATE request_files SET lease_until = lease_until - make_interval(secs => $1)", [
    seconds,
  ]);
}

async function stopped(env = { LEASE_SECONDS: "600" }): Promise<{ id: string; task: string }> {
  ledger = await openLedger({ scheduler: false, env });
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

test("an outage while a beat waits to be written is seen too", async () => {
  await stopped();
  const { query } = ledger.ctx.db;
  await query("UPDATE service_beats SET beat_at = now()");
  let writing: Promise<void> | undefined;
  await ledger.ctx.db.tx(async (holding) => {
    await holding("SELECT FROM service_beats FOR UPDATE");
    writing = beat(ledger.ctx);
    await until(async () => (await waiting("Lock", "service_beats")) === 1);
    await pass(3600, holding);
  });
  await writing;
  expect(await expireLeases(ledger.ctx)).toBe(0);
  expect(await leaseSeconds()).toBeGreaterThan(0);
});

test("an outage while leases are extended by another one is seen too", async () => {
  await stopped({ LEASE_SECONDS: "20" });
  await pass(3600);
  const { query } = ledger.ctx.db;
  await query("CREATE TABLE gate AS SELECT true AS closed");
  await query(`CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP; RETURN NEW; END $$`);
  await query(`CREATE TRIGGER wait_at_gate BEFORE UPDATE ON request_files
    FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`);
  const writing = beat(ledger.ctx);
  await until(async () => (await waiting("Timeout", "lease_until")) === 1);
  const began = await now();
  await until(async () => (await now()) > began + longestGapSeconds(ledger.ctx.config) + 1);
  const opened = await now();
  await query("DELETE FROM gate");
  await writing;
  // The first extension was by the clock of its beginning: less than a whole lease is left of it.
  const [file] = await query<{ until: number }>(
    "SELECT extract(epoch FROM lease_until)::float8 AS until FROM request_files",
  );
  expect(file?.until).toBeGreaterThanOrEqual(opened + 20);
});

/** Sessions whose statement contains these words and waits for such an event. */
async function waiting(event: string, words: string): Promise<number> {
  const [row] = await ledger.ctx.db.query<{ sessions: number }>(
    `SELECT count(*) AS sessions FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = $1
       AND position($2 IN query) > 0 AND pid <> pg_backend_pid()`,
    [event, words],
  );
  return row?.sessions ?? 0;
}

/** By the clock of the database. */
async function now(): Promise<number> {
  const [row] = await ledger.ctx.db.query<{ now: number }>(
    "SELECT extract(epoch FROM clock_timestamp())::float8 AS now",
  );
  return row?.now ?? 0;
}

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
