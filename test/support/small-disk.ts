import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import { serviceRole } from "../../src/db/embedded/roles.ts";
import { runOffline } from "../../src/db/embedded/single-user.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { silentLog } from "../../src/log.ts";
import { testSettings } from "./database-server.ts";
import { temporaryFolder } from "./folder.ts";
import { onServer } from "./on-server.ts";
import { makeSmallFileSystem, noSmallFileSystem } from "./small-file-system.ts";

/** A migrated database whose tables are on a small disk of their own. */
export interface SmallDisk {
  databaseUrl: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  empty(): void;
  remove(): Promise<void>;
}

/** Undefined, with a sentence, where no file system can be mounted. */
export async function makeSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  if (noSmallFileSystem) {
    process.stderr.write(`\n!!! A full disk is not tested here: ${noSmallFileSystem}.\n\n`);
    return undefined;
  }
  const dataDir = temporaryFolder("small-disk");
  const disk = makeSmallFileSystem(megabytes);
  const tables = join(disk.path, "tables");
  mkdirSync(tables);
  const account = chooseAccount();
  account.own(tables);
  const options = { dataDir, log: silentLog(), settings: testSettings };
  await (await startEmbeddedPostgres(options)).stop();
  const data = join(dataDir, "postgres", "data");
  await runOffline({ data, binaries: findBinaries(), account }, "postgres", [
    `ALTER ROLE ${serviceRole} CREATEDB`,
    `CREATE TABLESPACE small LOCATION '${tables}'`,
    `GRANT CREATE ON TABLESPACE small TO ${serviceRole}`,
  ]);
  const postgres = await startEmbeddedPostgres(options);
  await onServer(postgres.url, "CREATE DATABASE small TEMPLATE template0 TABLESPACE small");
  const url = new URL(postgres.url);
  url.pathname = "/small";
  await migrate(url.href);

  const filler = join(disk.path, "filler");
  return {
    databaseUrl: url.href,
    fill: () => fill(filler),
    empty: () => rmSync(filler),
    async remove() {
      await postgres.stop();
      disk.remove();
      rmSync(dataDir, { recursive: true });
    },
  };
}

function fill(path: string): void {
  const file = openSync(path, "w");
  // The last pages one by one
  for (const bytes of [1_048_576, 4_096]) {
    const zeros = Buffer.alloc(bytes);
    while (writes(file, zeros));
  }
  closeSync(file);
}

function writes(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
