import { rmSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type EmbeddedPostgres,
  runningEmbeddedUrls,
  startEmbeddedPostgres,
} from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { FolderInUseError } from "../../src/folder-lock.ts";
import { silentLog } from "../../src/log.ts";
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

async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
