// What a person sees who starts and stops a service while something is away.
import { once } from "node:events";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { hasEmbedded, runningEmbeddedUrls } from "../../src/db/embedded.ts";
import { freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { program } from "../support/program.ts";
import { startProcess, startService } from "../support/service.ts";
import { makeSmallFileSystem, noSmallFileSystem } from "../support/small-file-system.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { openTerminal } from "../support/terminal.ts";
import { until } from "../support/wait.ts";

let dataDir: string;
const doc = fileURLToPath(new URL("../../doc/examples", import.meta.url));
const open: (() => void | Promise<void>)[] = [];

beforeEach(() => {
  dataDir = temporaryFolder("start-stop");
  open.push(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
});
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each<[string, () => string | Promise<string>, RegExp]>([
  [
    "a host that there is not",
    () => "postgresql://ann:hunter2@nowhere.invalid/data",
    /nowhere\.invalid\/data \(DATABASE_URL\) cannot be used yet: (there is no such|the) host /,
  ],
  [
    "a port where nothing listens",
    () => "postgresql://ann:hunter2@127.0.0.1:1/data",
    /127\.0\.0\.1:1\/data \(DATABASE_URL\) cannot be used yet: nothing listens there/,
  ],
  [
    "a server of web pages",
    async () => `postgresql://ann:hunter2@127.0.0.1:${await portOf(createHttpServer())}/data`,
    /cannot be used yet: it closed the connection, or is no Postgres/,
  ],
  [
    "a server that says nothing",
    async () => `postgresql://ann:hunter2@127.0.0.1:${await portOf(createServer())}/data`,
    /cannot be used yet: it does not answer, or is no Postgres/,
  ],
])(
  "%s in DATABASE_URL is said while it is waited for, and SIGTERM ends the start",
  async (_, url, sentence) => {
    const { child, output } = startProcess({
      DATA_DIR: dataDir,
      DATABASE_URL: await url(),
    });
    await until(() => sentence.test(output.stderr), { timeoutSeconds: 30, what: String(sentence) });
    expect(output.stderr).toContain("It is tried again for 60 seconds; Ctrl-C ends this.");
    expect(output.stderr).not.toContain("hunter2");
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(output.stdout).toBe("");
  },
);

test("a database that does not exist ends the start at once", async () => {
  const database = await freshDatabase();
  open.push(database.drop);
  const url = new URL(database.url);
  url.pathname = "/nowhere";
  const { child, output } = startProcess({ DATA_DIR: dataDir, DATABASE_URL: url.href });
  expect(await once(child, "close")).toEqual([1, null]);
  expect(output.stderr).toMatch(
    /\/nowhere \(DATABASE_URL\) cannot be used: database "nowhere" does not exist/,
  );
});

test("SIGTERM ends a start whose migration waits for another process", async () => {
  const database = await freshDatabase();
  open.push(database.drop);
  const other = new pg.Client(database.url);
  await other.connect();
  open.push(() => other.end());
  await other.query("SELECT pg_advisory_lock(72707369)");
  const { child, output } = startProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
  });
  const waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted LIMIT 1";
  await until(async () => (await other.query(waits)).rowCount === 1, {
    what: "the migration's wait",
  });
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output.stdout).toBe("");
});

test("Ctrl-C ends a service whose database is silent within ten seconds, and says what a second one does", async () => {
  const database = await freshDatabase();
  const proxy = await startTcpProxy(database.url);
  open.push(database.drop, proxy.close);
  const service = await startService({ DATABASE_URL: proxy.url, DATA_DIR: dataDir });
  open.push(service.remove);
  proxy.freeze();
  const began = performance.now();
  process.kill(service.pid, "SIGINT");
  await until(() => service.stderr().includes("Ctrl-C again ends at once"));
  await until(() => !isThere(service.pid), { what: "the service to end", everyMilliseconds: 10 });
  expect(performance.now() - began).toBeLessThan(10_500);
});

test("a service whose terminal is closed stops in order, and leaves no Postgres", async () => {
  const command = [process.execPath, ...program, "start"].map((word) => `'${word}'`).join(" ");
  const env = { ...childEnvironment(), PORT: "0", S3_PORT: "0", DATA_DIR: dataDir };
  const terminal = openTerminal(command, { env, cwd: doc });
  open.push(terminal.close);
  await terminal.find(/Longshore is ready at \S+/, 90);
  expect(runningEmbeddedUrls(dataDir)).toBeDefined();
  await terminal.close();
  await until(() => runningEmbeddedUrls(dataDir) === undefined, { what: "Postgres to end" });
  expect(hasEmbedded(dataDir)).toBe(true);
});

if (noSmallFileSystem)
  process.stderr.write(`\n!!! A full store is not tested here: ${noSmallFileSystem}.\n\n`);

test.skipIf(noSmallFileSystem)(
  "a first start with a full store waits for room, says so, and goes on",
  async () => {
    const database = await freshDatabase();
    open.push(database.drop);
    const disk = makeSmallFileSystem(4);
    open.push(disk.remove);
    const filler = join(disk.path, "filler");
    const file = openSync(filler, "w");
    expect(() => {
      for (;;) writeSync(file, Buffer.alloc(4_096));
    }).toThrow("ENOSPC");
    closeSync(file);
    const { child, output } = startProcess({
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      STORE_URL: `file://${join(disk.path, "store")}`,
    });
    open.push(() => void child.kill("SIGKILL"));
    await until(() => output.stderr.includes("The start waits for the store: "));
    expect(output.stderr).toContain("no space is left on the device");
    expect(output.stdout).toBe("");
    rmSync(filler);
    await until(() => output.stdout.includes("Longshore is ready at "));
  },
);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
