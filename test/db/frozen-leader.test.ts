// Two real services on one database: what happens to the leader that is frozen, killed or stopped.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { program } from "../support/program.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

let database: FreshDatabase;
let db: Db;
let services: Service[];
const store = temporaryFolder("store");

/** Its clock is an hour ahead of the other's, and of the database's. */
const anHourAhead = `data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  const ahead = 3_600_000;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
    static now() { return Real.now() + ahead; }
  };`)}`;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url, applicationName: "test leaders" });
  const env = {
    DATABASE_URL: database.url,
    SECRET_KEY: "k".repeat(40),
    STORE_URL: `file://${store}`,
  };
  const first = await startService(env);
  const second = await startService(env, ["--import", anHourAhead, ...program]);
  services = [first, second];
});
afterAll(async () => {
  for (const service of services ?? []) await service.remove();
  await db?.close();
  await database?.drop();
  rmSync(store, { recursive: true, force: true });
});

interface Leader {
  service: Service;
  term: number;
}

/** The service that the row names, while its lease lasts. */
async function leader(): Promise<Leader | undefined> {
  const [row] = await db.query<{ pid: number; term: number }>(
    `SELECT split_part(holder, ' ', 2)::int AS pid, term FROM leaders
     WHERE duty = 'scheduler' AND expires_at > clock_timestamp()`,
  );
  const service = services.find(({ pid }) => pid === row?.pid);
  return row && service && { service, term: row.term };
}

const nextLeader = (before: Leader) =>
  until(async () => {
    const found = await leader();
    return found && found.term > before.term ? found : undefined;
  });

const said = (service: Service, sentence: string) => service.stderr().split(sentence).length - 1;
const ledTerms = (service: Service) => said(service, "this process leads the schedulers");

/** The new one renews its lease: the row is its own for longer than one lease. */
async function renews({ term }: Leader): Promise<void> {
  const end = () =>
    db.query<{ term: number; at: number }>(
      `SELECT term, extract(epoch FROM expires_at)::float8 AS at FROM leaders
       WHERE duty = 'scheduler'`,
    );
  const [first] = await end();
  await until(async () => {
    const [now] = await end();
    expect(now?.term).toBe(term);
    return (now?.at ?? 0) > (first?.at ?? 0) + 10;
  });
}

test("a frozen leader is replaced, and leads no more when it wakes", async () => {
  const before = await until(leader);
  process.kill(before.service.pid, "SIGSTOP");
  const after = await nextLeader(before).finally(() => process.kill(before.service.pid, "SIGCONT"));
  expect(after.service).not.toBe(before.service);
  await until(() => said(before.service, "this process no longer leads") > 0);
  await renews(after);
  expect(ledTerms(before.service)).toBe(1);
  expect(ledTerms(after.service)).toBe(1);
});

test("a leader that stops gives the lease back, whatever its clock says", async () => {
  const before = await until(leader);
  expect(await before.service.stop()).toBe(0);
  const after = await nextLeader(before);
  expect(after.service).not.toBe(before.service);
  const again = await before.service.again();
  services = [after.service, again];
});

test("a leader that is killed is replaced", async () => {
  const before = await until(leader);
  await before.service.kill();
  const after = await nextLeader(before);
  expect(after.service).not.toBe(before.service);
  await renews(after);
});

test("a process keeps two connections for leading at most", async () => {
  const rows = await until(async () => {
    const found = await db.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'longshore % leader'`,
    );
    return found.length > 0 && found;
  });
  expect(rows.length).toBeLessThanOrEqual(2);
});
