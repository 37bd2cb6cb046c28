import { rmSync } from "node:fs";
import { join } from "node:path";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import { serviceRole } from "../../src/db/embedded/roles.ts";
import { runOffline } from "../../src/db/embedded/single-user.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { silentLog } from "../../src/log.ts";
import { temporaryFolder } from "./folder.ts";

/** Of servers for tests, where databases are copied often and no power cut has to be survived. */
export const testSettings = {
  fsync: "off",
  file_copy_method: "clone",
  max_connections: "300",
  session_preload_libraries: "auto_explain",
};

/** An embedded Postgres whose service's role may create databases and see plans. */
export async function databaseServer(
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const dataDir = temporaryFolder("databases");
  const options = { dataDir, log: silentLog(), settings };
  await (await startEmbeddedPostgres(options)).stop();
  await allowWhatTestsDo(dataDir);
  const postgres = await startEmbeddedPostgres(options);
  const stop = async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...postgres, stop };
}

async function allowWhatTestsDo(dataDir: string): Promise<void> {
  const data = join(dataDir, "postgres", "data");
  const offline = { data, binaries: findBinaries(), account: chooseAccount() };
  await runOffline(offline, "postgres", [
    `ALTER ROLE ${serviceRole} CREATEDB`,
    `GRANT pg_checkpoint TO ${serviceRole}`,
    `GRANT SET ON PARAMETER auto_explain.log_min_duration TO ${serviceRole}`,
  ]);
}
