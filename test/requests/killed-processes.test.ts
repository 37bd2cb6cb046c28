// Files of workers that were killed, alone or with the whole service, do not wait for their leases.
import { afterEach, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { type Db, openDb } from "../../src/db/client.ts";
import { type HeldInput, holdInput } from "../support/held-input.ts";
import { processes } from "../support/processes.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Setup {
  service: Service;
  db: Db;
  input: HeldInput;
  /** of one file, whose reading is held */
  request: string;
}

/** Leases are longer than the test. */
async function setUp(env: Record<string, string> = {}): Promise<Setup> {
  const input = await holdInput();
  closers.push(input.close);
  const service = await startService({
    OPERATIONS: "transform",
    LOCAL_WORKERS: "1",
    INPUT_HOSTS: "127.0.0.1",
    LEASE_SECONDS: "1800",
    FILE_SECONDS: "1800",
    ...env,
  });
  const db = openDb({ url: service.databaseUrl ?? "", applicationName: "test", max: 2 });
  const setup: Setup = { service, db, input, request: "" };
  // It may have been started again.
  closers.push(() => setup.service.remove(), db.close);
  const { id } = await new Longshore({ url: service.url }).submit({
    dataset: { files: [input.url] },
    steps: [{ operation: "transform", selection: "select a from input", format: "csv" }],
  });
  return Object.assign(setup, { request: id });
}

/** Resolves when a worker of the service, as it runs now, has the file. */
const taken = ({ db, service, request }: Setup) =>
  until(
    async () =>
      (
        await db.query(
          `SELECT FROM request_files
           WHERE request_id = $1 AND state = 'running' AND strpos(worker, $2) > 0`,
          [request, `-${service.pid}-`],
        )
      ).length > 0,
    { timeoutSeconds: 240, what: "the file to be taken" },
  );

async function historyOf({ db, request }: Setup) {
  return db.query<{ status: string; info: string | null }>(
    `SELECT status, info FROM file_status WHERE request_id = $1 AND status <> 'start'
     ORDER BY seq`,
    [request],
  );
}

async function counters({ service, request }: Setup) {
  return (await new Longshore({ url: service.url }).wait(request)).counters;
}

/** For connections from now on; those of the service are ended. */
async function setReadOnly({ db }: Setup, value: "on" | "off"): Promise<void> {
  await db.tx(async (query) => {
    await query("SET LOCAL transaction_read_only = off");
    const [database] = await query<{ name: string }>("SELECT current_database() AS name");
    await query(`ALTER DATABASE ${database?.name} SET default_transaction_read_only = ${value}`);
  });
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'longshore %'`,
  );
}

test("files of a worker that dies while nothing can be recorded are taken from it afterwards", async () => {
  const setup = await setUp();
  const { service, input } = setup;
  await taken(setup);
  await setReadOnly(setup, "on");
  const [worker] = processes("worker/main").filter(({ parent }) => parent === service.pid);
  process.kill(worker?.pid ?? 0, "SIGKILL");
  await until(() => service.stderr().includes("files of dead workers were not taken from them"));
  await setReadOnly(setup, "off");
  input.release();
  expect(await counters(setup)).toMatchObject({ done: 1, failed: 0 });
  const [lost, ...rest] = await historyOf(setup);
  expect(lost).toMatchObject({ status: "lost", info: expect.stringContaining("worker died") });
  expect(rest.map(({ status }) => status)).toEqual(["success"]);
}, 400_000);

test("a file that is processed each time the whole service is killed fails for that reason", async () => {
  const setup = await setUp({ FILE_ATTEMPTS: "1" });
  for (let kills = 0; kills < 4; kills++) {
    await taken(setup);
    await setup.service.killGroup();
    setup.service = await setup.service.again();
  }
  expect(await counters(setup)).toMatchObject({ done: 0, failed: 1 });
  const free = { status: "given_back", info: "the service ended, and the worker with it" };
  const info = "the service ended each time this file was processed";
  expect(await historyOf(setup)).toEqual([
    free,
    free,
    free,
    { status: "lost", info },
    { status: "failure", info },
  ]);
}, 900_000);
