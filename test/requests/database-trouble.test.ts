// Good reports are never refused for the database's trouble.
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensurePartitions } from "../../src/db/partitions.ts";
import type { Task } from "../../src/operations/contract.ts";
import { reportsTopic } from "../../src/queue/contract.ts";
import { consumeReports } from "../../src/requests/reports/consume-reports.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { makeSmallDisk } from "../support/small-disk.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
let admin: pg.Client;

async function open(env: Record<string, string> = {}): Promise<void> {
  ledger = await openLedger({ env });
  admin = new pg.Client({ connectionString: ledger.ctx.databaseUrl });
  await admin.connect();
}

beforeEach(() => open());
afterEach(async () => {
  vi.restoreAllMocks();
  await admin.end();
  await ledger.close();
});

/** A default of the database, for its connections from now on; the service's are ended. */
async function setDefault(name: string, value: string): Promise<void> {
  const database = new URL(ledger.ctx.databaseUrl).pathname.slice(1);
  await admin.query("SET default_transaction_read_only = off");
  await admin.query(`ALTER DATABASE ${database} SET ${name} = ${value}`);
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND application_name LIKE 'longshore %'`,
  );
}

async function claimAll({ claim }: Ledger, request: string, files: number): Promise<Task[]> {
  const tasks: Task[] = [];
  await until(async () => {
    tasks.push(...(await claim(files - tasks.length, { request })));
    return tasks.length === files;
  });
  return tasks;
}

/** How often a statement of the reports failed with this SQLSTATE. */
function countFailures(code: string): () => number {
  const emitted = vi.spyOn(pg.Pool.prototype, "emit");
  const isFailure = ([event, error]: unknown[], at: number) => {
    const { options } = emitted.mock.contexts[at] as pg.Pool;
    return (
      event === "release" &&
      (error as { code?: string } | undefined)?.code === code &&
      options.application_name?.endsWith(" reports")
    );
  };
  return () => emitted.mock.calls.filter(isFailure).length;
}

const asReport = ({ request, file, step, attempt }: Task) => ({
  request,
  file,
  step,
  attempt,
  status: "success" as const,
});

test("a report to a read-only database is held, and recorded when it can be written again", async () => {
  const id = await ledger.submit(1);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  const failures = countFailures("25006");
  await setDefault("default_transaction_read_only", "on");
  const answer = ledger.report(task, "success");
  await until(() => failures() > 3);
  const check = () => ledger.ctx.probe.check();
  // What it wrote before counts for two seconds.
  const unready = await until(() => check().then(() => undefined, String), { timeoutSeconds: 10 });
  expect(unready).toContain("The database is read-only");
  await setDefault("default_transaction_read_only", "off");
  await until(() => check().then(() => true));
  expect(await answer).toBe("recorded");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1 });
  expect(await ledger.violations()).toEqual([]);
});

test("a report whose statement an administrator cancels is recorded", async () => {
  const id = await ledger.submit(1);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  await admin.query("BEGIN");
  await admin.query("SELECT FROM request_files WHERE request_id = $1 FOR UPDATE", [id]);
  const answer = ledger.report(task, "success");
  const canceled = async () => {
    // Of a transaction, the first look is kept.
    await admin.query("SELECT pg_stat_clear_snapshot()");
    return admin.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '% reports'
         AND wait_event_type = 'Lock'`,
    );
  };
  await until(async () => ((await canceled()).rowCount ?? 0) > 0);
  await admin.query("COMMIT");
  expect(await answer).toBe("recorded");
  expect(await ledger.violations()).toEqual([]);
});

test("with serializable as the database's default, reports at the same moment are all recorded", async () => {
  await setDefault("default_transaction_isolation", "serializable");
  for (const db of [ledger.ctx.db, ledger.ctx.ledger])
    expect(await until(() => db.query("SHOW transaction_isolation"))).toEqual([
      { transaction_isolation: "read committed" },
    ]);
  const id = await ledger.submit(200);
  const tasks = await claimAll(ledger, id, 200);
  const answers = await Promise.all(tasks.map((task) => ledger.report(task, "success")));
  expect(new Set(answers)).toEqual(new Set(["recorded"]));
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 200 });
});

test("reports to a database whose disk is full are held, and recorded when there is room", async (context) => {
  const disk = await makeSmallDisk(64);
  if (!disk) return context.skip();
  const full = await openLedger({ databaseUrl: disk.databaseUrl });
  try {
    await ensurePartitions(full.ctx.db);
    const id = await full.submit(1_000);
    const tasks = await claimAll(full, id, 1_000);
    const failures = countFailures("53100");
    disk.fill();
    const answers = Promise.all(tasks.map((task) => full.report(task, "success")));
    await until(() => failures() > 2);
    await expect(full.ctx.probe.check()).rejects.toThrow("The database's disk is full.");
    disk.empty();
    expect(new Set(await answers)).toEqual(new Set(["recorded"]));
    expect((await full.ended(id)).counters).toMatchObject({ done: 1_000 });
    expect(await full.violations()).toEqual([]);
    await until(() => full.ctx.probe.check().then(() => true));
  } finally {
    await full.close();
    await disk.remove();
  }
});

const rabbit = await makeRabbit();

test.skipIf(!rabbit)(
  "messages confirmed by the broker while the database is read-only are all recorded",
  async () => {
    if (!rabbit) return;
    // The database is dropped, and with it whoever is connected
    await admin.end();
    await ledger.close();
    await rabbit.start();
    await open({ QUEUE_URL: rabbit.url });
    const { ctx } = ledger;
    const consumer = await consumeReports(ctx);
    try {
      await until(() => ctx.queue.check().then(() => true));
      const id = await ledger.submit(40);
      const tasks = await claimAll(ledger, id, 40);
      const failures = countFailures("25006");
      await setDefault("default_transaction_read_only", "on");
      await ctx.queue.publish(
        tasks.map((task) => ({
          topic: reportsTopic,
          body: { worker: "w", reports: [asReport(task)] },
        })),
      );
      await until(() => failures() > 3);
      await setDefault("default_transaction_read_only", "off");
      expect((await ledger.ended(id)).counters).toMatchObject({ done: 40 });
      await until(async () => (await ctx.queue.depths([reportsTopic])).get(reportsTopic) === 0);
      const poison = `${reportsTopic}.poison`;
      expect((await ctx.queue.depths([poison])).get(poison)).toBe(0);
      expect(await ledger.violations()).toEqual([]);
    } finally {
      await consumer.stop();
      await rabbit.remove();
    }
  },
);
