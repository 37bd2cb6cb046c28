import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lead } from "../../src/db/leader.ts";
import { silentLog } from "../../src/log.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { until } from "../support/wait.ts";

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const now: string[] = [];
const terms: string[] = [];

/** A process that leads until it is stopped or loses its lock. */
function candidate(name: string) {
  const stopping = new AbortController();
  const ended = lead(
    { databaseUrl: database.url, log: silentLog() },
    "scheduler",
    stopping.signal,
    async (term) => {
      now.push(name);
      terms.push(name);
      await new Promise<void>((resolve) => term.addEventListener("abort", () => resolve()));
      now.splice(now.indexOf(name), 1);
    },
  );
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function onDatabase<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<Row>(text);
  await client.end();
  return rows;
}

const connections = `FROM pg_stat_activity
  WHERE application_name = 'longshore leader scheduler' AND datname = current_database()`;
const holds = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)";

/** Those that have asked for the lock, have their answer and do not hold it. */
function refused() {
  return onDatabase(
    `SELECT pid ${connections} AND query LIKE '%pg_try_advisory_lock%' AND state = 'idle' ` +
      `AND NOT ${holds}`,
  );
}

test("one process of three leads; another takes over when it stops or loses its connection", async () => {
  const processes = new Map(["a", "b", "c"].map((name) => [name, candidate(name)]));
  const [first = ""] = await until(() => now.length > 0 && [...now]);
  await until(async () => (await refused()).length === 2);
  expect(now).toEqual([first]);

  await processes.get(first)?.stop();
  const second = await until(() => now[0]);
  expect(second).not.toBe(first);
  expect(now).toHaveLength(1);

  await onDatabase(`SELECT pg_terminate_backend(pid) ${connections} AND ${holds}`);
  await until(() => terms.length === 3);
  expect(now).toHaveLength(1);
  for (const process of processes.values()) await process.stop();
  expect(now).toEqual([]);
});
