// Where the database is when the account that Postgres runs as cannot enter DATA_DIR.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { binariesIn, findBinaries } from "../../src/db/embedded/binaries.ts";
import { choosePlace, clusterFolder } from "../../src/db/embedded/place.ts";
import { runningEmbeddedUrls, startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { silentLog } from "../../src/log.ts";
import { temporaryFolder } from "../support/folder.ts";

const asRoot = test.runIf(process.getuid?.() === 0);
const log = silentLog();
let home: string;
let dataDir: string;
const elsewhere = new Set<string>();

beforeEach(() => {
  home = temporaryFolder("place");
  dataDir = join(home, "data");
  mkdirSync(dataDir);
});
afterEach(() => {
  rmSync(home, { recursive: true });
  for (const folder of elsewhere) rmSync(folder, { recursive: true, force: true });
});

/** Starts the database, notes what it is asked and where it runs, and stops it. */
async function visit(statement: string): Promise<{ rows: unknown[]; capabilities: string }> {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  if (clusterFolder(dataDir).startsWith("/var/lib/longshore/"))
    elsewhere.add(clusterFolder(dataDir));
  try {
    expect(runningEmbeddedUrls(dataDir)?.url).toBe(postgres.url);
    const status = readFileSync(`/proc/${postgres.pid()}/status`, "utf8");
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query(statement).finally(() => client.end());
    const own = statSync(join(clusterFolder(dataDir), "data"));
    expect(own.mode & 0o777).toBe(0o700);
    return { rows, capabilities: /CapEff:\s*(\w+)/.exec(status)?.[1] ?? "" };
  } finally {
    await postgres.stop();
  }
}

asRoot("below a folder of root's own, it is in a folder of the system, and recorded", async () => {
  chmodSync(home, 0o700);
  const { capabilities } = await visit("CREATE TABLE kept AS SELECT 'kept' AS word");
  expect(capabilities).toBe("0000000000000000");
  const place = readFileSync(join(dataDir, "postgres/place"), "utf8");
  expect(place).toMatch(/^\/var\/lib\/longshore\/[0-9a-f]{16}$/);
  expect(existsSync(join(dataDir, "postgres/data"))).toBe(false);
  chmodSync(home, 0o711);
  expect((await visit("SELECT word FROM kept")).rows).toEqual([{ word: "kept" }]);
  expect(statSync(home).mode & 0o777).toBe(0o711);
});

asRoot("a data folder made again does not take the database of the removed one", async () => {
  chmodSync(home, 0o700);
  await visit("CREATE TABLE kept ()");
  rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir);
  await expect(visit("SELECT * FROM kept")).rejects.toThrow(/does not exist/);
  expect(clusterFolder(dataDir)).toMatch(/-2$/);
});

asRoot("a database that is in the data folder already is used there, or moved", async () => {
  await visit("CREATE TABLE kept AS SELECT 'kept' AS word");
  expect(existsSync(join(dataDir, "postgres/data"))).toBe(true);
  chmodSync(home, 0o700);
  expect((await visit("SELECT word FROM kept")).rows).toEqual([{ word: "kept" }]);
  expect(existsSync(join(dataDir, "postgres/data"))).toBe(false);
  expect(elsewhere).toContain(clusterFolder(dataDir));
});

asRoot("programs that the account cannot reach are copied to where it can", async () => {
  const own = join(home, "programs");
  cpSync(findBinaries().root, own, { recursive: true, verbatimSymlinks: true });
  chmodSync(home, 0o700);
  mkdirSync(join(dataDir, "postgres"));
  const account = chooseAccount();
  const { binaries, folder } = await choosePlace(dataDir, { account, found: binariesIn(own), log });
  elsewhere.add(folder);
  expect(binaries.root.startsWith(`${folder}/programs-`)).toBe(true);
  expect(await account.run(binaries.postgres, ["--version"])).toContain("PostgreSQL");
});

asRoot("an ordinary user's database is in the data folder, and runs as this user", async () => {
  // An account that each system has; initdb looks its name up.
  const uid = Number(execFileSync("id", ["-u", "daemon"], { encoding: "utf8" }));
  chownSync(dataDir, uid, uid);
  const child = fork("test/db/start-embedded.ts", [dataDir], {
    execArgv: ["--import", "tsx"],
    env: { PATH: process.env.PATH, HOME: dataDir },
    uid,
    gid: uid,
  });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(statSync(join(dataDir, "postgres/data")).uid).toBe(uid);
  process.kill(
    Number(readFileSync(join(dataDir, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]),
    "SIGINT",
  );
});
