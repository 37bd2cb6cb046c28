// Several services on one database: what each exports of itself, and what only one exports.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "./support/api.ts";
import { type FreshDatabase, freshDatabase } from "./support/database.ts";
import { until } from "./support/wait.ts";

const databaseWide = [
  "longshore_requests",
  "longshore_files",
  "longshore_oldest_waiting_seconds",
  "longshore_queue_messages",
];

let database: FreshDatabase;
let first: Api;
let second: Api;
const open = new Set<Api>();
beforeAll(async () => {
  database = await freshDatabase();
  first = await openApi({ databaseUrl: database.url });
  second = await openApi({ databaseUrl: database.url });
  open.add(first).add(second);
});
afterAll(async () => {
  for (const api of open) await api.close();
  await database.drop();
});

const scrape = async (api: Api) => (await api.get("/metrics")).text;
const value = (text: string, series: string) =>
  Number(text.match(new RegExp(`^${series} (.*)$`, "m"))?.[1] ?? 0);
const exported = (text: string) => databaseWide.filter((name) => text.includes(`# TYPE ${name} `));

/** The services that export gauges of the database, all of them or none. */
async function exporters(): Promise<Api[]> {
  const found: Api[] = [];
  for (const api of open) {
    const names = exported(await scrape(api));
    if (names.length > 0) {
      expect(names).toEqual(databaseWide);
      found.push(api);
    }
  }
  return found;
}

test("two services in one process count apart; process metrics are in both", async () => {
  await first.ledger.submit(1);
  const [ofFirst, ofSecond] = [await scrape(first), await scrape(second)];
  expect(value(ofFirst, "longshore_requests_submitted_total")).toBe(1);
  expect(value(ofSecond, "longshore_requests_submitted_total")).toBe(0);
  expect(value(ofSecond, 'longshore_http_seconds_count{.*route="/v1/requests".*}')).toBe(0);
  for (const text of [ofFirst, ofSecond])
    for (const name of ["process_resident_memory_bytes", "longshore_db_connections"])
      expect(text).toContain(`# TYPE ${name} `);
});

const theExporter = () =>
  until(async () => {
    const [one, ...others] = await exporters();
    return others.length === 0 && one;
  });

test("one service exports the gauges of the database, another when the first is closed", async () => {
  await theExporter();
  const before = await term();
  await onDatabase("UPDATE leaders SET expires_at = clock_timestamp() WHERE duty = 'metrics'");
  await until(async () => (await term()) > before);

  const next = await theExporter();
  const other = next === first ? second : first;
  expect(exported(await scrape(other))).toEqual([]);
  open.delete(next);
  await next.close();
  expect(await theExporter()).toBe(other);
});

/** It grows each time that the duty changes hands. */
async function term(): Promise<number> {
  const [row] = await onDatabase<{ term: string }>(
    "SELECT term FROM leaders WHERE duty = 'metrics'",
  );
  return Number(row?.term);
}

async function onDatabase<Row extends object>(
  text: string,
  params: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<Row>(text, params);
  await client.end();
  return rows;
}
