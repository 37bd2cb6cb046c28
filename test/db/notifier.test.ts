import pg from "pg";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { type Notifier, openNotifier } from "../../src/db/notifier.ts";
import { silentLog } from "../../src/log.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { until } from "../support/wait.ts";

interface Process {
  notifier: Notifier;
  db: Db;
}

let database: FreshDatabase;
let processes: Process[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  return () => database.drop();
});
beforeEach(async () => {
  processes = ["a", "b"].map((name) => {
    const db = openDb({ url: database.url, applicationName: name, max: 2 });
    return { notifier: openNotifier(database.url, db.pool, silentLog()), db };
  });
  await until(async () => (await listening()) === 2);
});
afterEach(async () => {
  for (const { notifier, db } of processes) {
    await notifier.close();
    await db.close();
  }
});

async function listening(): Promise<number> {
  const [{ db }] = processes as [Process];
  const [row] = await db.query<{ n: number }>(
    `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'longshore notifier'
       AND datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  return row?.n ?? 0;
}

const both = () => processes.map(({ notifier }) => notifier) as [Notifier, Notifier];

test("a notification reaches those who wait in another process", async () => {
  const [here, elsewhere] = both();
  const waiting = elsewhere.wait("work", 60);
  here.notify("work");
  expect(await waiting).toBe(true);
});

test("listeners of a prefix hear the channels of another process, and no other channel", async () => {
  const [here, elsewhere] = both();
  const heard: string[] = [];
  elsewhere.onPrefix("request:", (channel) => heard.push(channel));
  for (let n = 0; n < 200; n++) here.notify(`request:${n}`);
  here.notify("dataset:1");
  await until(() => new Set(heard).size >= 200);
  expect(new Set(heard)).toEqual(new Set(Array.from({ length: 200 }, (_, n) => `request:${n}`)));
});

test("the process that notifies hears itself once, at once", async () => {
  const [here, elsewhere] = both();
  let times = 0;
  here.on("work", () => times++);
  const arrived = elsewhere.wait("work", 60);
  here.notify("work");
  expect(times).toBe(1);
  await arrived;
  const [back, forth] = [here.wait("answer", 60), elsewhere.notify("answer")];
  expect([await back, forth]).toEqual([true, undefined]);
  expect(times).toBe(1);
});

test("a process whose connection breaks hears again when it is back", async () => {
  const [here, elsewhere] = both();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = " +
      "'longshore notifier' AND datname = current_database()",
  );
  await client.end();
  await until(async () => (await listening()) === 2);
  await until(async () => {
    const waiting = elsewhere.wait("work", 1);
    here.notify("work");
    return waiting;
  });
});

test("a wait ends with its signal and with its time, and then says so", async () => {
  const [here] = both();
  const stop = new AbortController();
  const waiting = here.wait("work", 60, stop.signal);
  stop.abort();
  expect(await waiting).toBe(false);
  expect(await here.wait("work", 60, AbortSignal.abort())).toBe(false);
  expect(await here.wait("work", 0.01)).toBe(false);
});
