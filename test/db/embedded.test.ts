import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import {
  type Postmaster,
  readPostmaster,
  startPostmaster,
  stopPostmaster,
} from "../../src/db/embedded/postmaster.ts";
import {
  type EmbeddedPostgres,
  runningEmbeddedUrls,
  startEmbeddedPostgres,
} from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { FolderInUseError } from "../../src/folder-lock.ts";
import { loggerTo, silentLog } from "../../src/log.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

const log = silentLog();
let dataDir: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  dataDir = temporaryFolder("embedded");
  postgres = await startEmbeddedPostgres({ dataDir, log });
  await migrate(postgres.url);
  await ask(postgres.url, "CREATE TABLE kept (word text)");
});

afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
});

test("it is durable, speaks UTF-8 and orders text the same on every machine", async () => {
  expect(await ask(postgres.url, "SHOW fsync")).toEqual([{ fsync: "on" }]);
  expect(await ask(postgres.url, "SHOW synchronous_commit")).toEqual([
    { synchronous_commit: "on" },
  ]);
  expect(
    await ask(
      postgres.url,
      "SELECT pg_encoding_to_char(encoding) AS encoding, datlocale FROM pg_database WHERE " +
        "datname = 'longshore'",
    ),
  ).toEqual([{ encoding: "UTF8", datlocale: "C.UTF-8" }]);
});

test("the read-only URL reads the ledger's tables and writes none", async () => {
  expect(await ask(postgres.readOnlyUrl, "SELECT * FROM users")).toEqual([]);
  await expect(ask(postgres.readOnlyUrl, "DELETE FROM users")).rejects.toThrow(
    /read-only|permission denied/,
  );
  await expect(
    ask(postgres.readOnlyUrl, "SET default_transaction_read_only = off; COMMIT; DELETE FROM users"),
  ).rejects.toThrow(/permission denied/);
});

test("a second service on the folder says so", async () => {
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(FolderInUseError);
  expect(postgres.alive()).toBe(true);
});

test("killed, it is back by itself with all that was committed", async () => {
  await ask(postgres.url, "INSERT INTO kept VALUES ('before the kill')");
  const killed = postgres.pid();
  process.kill(killed, "SIGKILL");
  await until(() => !postgres.alive());
  await until(() => postgres.alive(), { timeoutSeconds: 60, what: "Postgres to be back" });
  expect(postgres.pid()).not.toBe(killed);
  expect(await ask(postgres.url, "SELECT word FROM kept")).toEqual([{ word: "before the kill" }]);
});

test("stopped and started again it has the same data at the same URL", async () => {
  const { url } = postgres;
  await postgres.stop();
  expect(runningEmbeddedUrls(dataDir)).toBeUndefined();
  postgres = await startEmbeddedPostgres({ dataDir, log });
  expect(postgres.url).toBe(url);
  expect(runningEmbeddedUrls(dataDir)).toEqual({ url, readOnlyUrl: postgres.readOnlyUrl });
  expect(await ask(url, "SELECT count(*)::int AS count FROM kept")).toEqual([{ count: 1 }]);
});

test("a start waits for a Postgres that does not listen yet", async () => {
  await postgres.stop();
  const { pid } = await stoppedBeforeItListens();
  const output = new PassThrough();
  const started = startEmbeddedPostgres({ dataDir, log: loggerTo(output) });
  const logged = once(output, "data").then(String);
  const line = await Promise.race([logged, started.then(() => "nothing")]).finally(() =>
    process.kill(pid, "SIGCONT"),
  );
  expect(line).toContain("the database is still starting");
  postgres = await started;
  expect(postgres.pid()).toBe(pid);
  expect(await ask(postgres.url, "SELECT count(*)::int AS count FROM kept")).toEqual([
    { count: 1 },
  ]);
});

/** A Postgres of the folder with its pid file and no socket, as a start that was killed leaves. */
async function stoppedBeforeItListens(): Promise<Postmaster> {
  const cluster = { data: join(dataDir, "postgres/data"), log: join(dataDir, "postgres/log") };
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const start = startPostmaster(cluster, findBinaries(), chooseAccount());
    let failed: Error | undefined;
    start.catch((error: Error) => {
      failed = error;
    });
    let postmaster: Postmaster | undefined;
    while (postmaster === undefined) {
      if (failed) throw failed;
      postmaster = readPostmaster(cluster);
      await setImmediate();
    }
    process.kill(postmaster.pid, "SIGSTOP");
    if (!(await listens(postmaster.port))) return postmaster;
    process.kill(postmaster.pid, "SIGCONT");
    await start;
    await stopPostmaster(cluster);
  }
  throw new Error("Postgres always listened before it could be stopped.");
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const isOpen = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}

async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
