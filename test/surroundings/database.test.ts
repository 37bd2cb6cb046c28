// The embedded Postgres after a power cut, and after a start that fails.
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readPostmaster } from "../../src/db/embedded/postmaster.ts";
import { runningEmbeddedUrls } from "../../src/db/embedded.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startProcess, startService } from "../support/service.ts";
import { throwawayPostgres } from "../support/throwaway-postgres.ts";
import { until } from "../support/wait.ts";

let service: Service;
let dataDir: string;
let other: Awaited<ReturnType<typeof throwawayPostgres>>;

beforeAll(async () => {
  other = await throwawayPostgres();
  dataDir = temporaryFolder("power-cut");
  service = await startService({ DATA_DIR: dataDir, DATABASE_URL: "" });
});
afterEach(() => service?.kill());
afterAll(async () => {
  await service?.remove();
  await other?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test.each([
  ["empty", () => ""],
  ["garbage", () => "\0\0\0\0\0\0"],
  ["the number of another program", () => pidFile(process.pid)],
  ["the number of another Postgres", () => pidFile(other.pid())],
])("after a power cut, postmaster.pid is %s: it starts with all its data", async (_, left) => {
  await service.kill();
  const postgres = readPostmaster({ data: `${dataDir}/postgres/data` });
  if (postgres) process.kill(postgres.pid, "SIGKILL");
  await until(() => processesOf(dataDir).length === 0, { what: "Postgres to be gone" });
  writeFileSync(join(dataDir, "postgres/data/postmaster.pid"), left());
  service = await service.again();
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  expect(await statusOf(other.url)).toBe(1);
});

test("a start that the database refuses leaves no process behind, and says where it is", async () => {
  service = await service.again();
  const secret = join(dataDir, "secrets/database-owner");
  const right = readFileSync(secret, "utf8");
  expect(await service.stop()).toBe(0);
  writeFileSync(secret, "0".repeat(64));
  const refused = await refusedStart();
  writeFileSync(secret, right);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`The database in ${dataDir}/postgres (DATA_DIR) cannot be used`);
  expect(processesOf(dataDir)).toEqual([]);
});

test("a start on a database that is newer than the code leaves no process behind", async () => {
  service = await service.again();
  const { url = "" } = runningEmbeddedUrls(dataDir) ?? {};
  await ask(
    url,
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
     VALUES ('later', 'x', '99999999_later', now())`,
  );
  expect(await service.stop()).toBe(0);
  const { code, stderr } = await refusedStart();
  expect(code).toBe(1);
  expect(stderr).toContain("the database is newer than the code");
  expect(processesOf(dataDir)).toEqual([]);
});

test("TLS that PGSSLMODE asks of DATABASE_URL is not left out, and its refusal names both", async () => {
  const folder = temporaryFolder("tls");
  const { child, output } = startProcess({
    DATA_DIR: folder,
    DATABASE_URL: other.url,
    PGSSLMODE: "require",
  });
  expect(await once(child, "close")).toEqual([1, null]);
  expect(output.stderr).toContain("DATABASE_URL; sslmode=require, from it or from PGSSLMODE");
  expect(output.stderr).toContain("The server does not support SSL connections");
  rmSync(folder, { recursive: true });
});

test("SIGTERM ends a start that waits for a database that never answers", async () => {
  const folder = temporaryFolder("mute");
  const { child, output } = startProcess({
    DATA_DIR: folder,
    DATABASE_URL: "postgresql://a:b@127.0.0.1:1/c",
  });
  await until(() => output.stderr.includes("workers call"));
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  rmSync(folder, { recursive: true });
});

/** As Postgres writes it: the process, the folder, the start, the port. */
function pidFile(pid: number): string {
  const port = readFileSync(join(dataDir, "postgres/port"), "utf8");
  return `${pid}\n${dataDir}/postgres/data\n1700000000\n${port}\n\n127.0.0.1\n  1 2\nready\n`;
}

/** Every process whose command names the folder, and those that work in it. */
function processesOf(folder: string): string[] {
  const of = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(of)
    .filter((command) => command.includes(folder));
}

async function refusedStart(): Promise<{ code: number | null; stderr: string }> {
  const { child, output } = startProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: "",
  });
  const [code] = await once(child, "close");
  return { code, stderr: output.stderr };
}

async function statusOf(url: string): Promise<unknown> {
  return (await ask(url, "SELECT 1 AS one"))[0]?.one;
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
