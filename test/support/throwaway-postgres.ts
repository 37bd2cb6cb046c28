import { rmSync } from "node:fs";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { silentLog } from "../../src/log.ts";
import { temporaryFolder } from "./folder.ts";

/** An embedded Postgres that is gone without a trace when it stops. */
export async function throwawayPostgres(
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const dataDir = temporaryFolder("postgres");
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: silentLog(),
    // Without fsync a killed Postgres loses nothing, only a machine without power would.
    settings: { fsync: "off", ...settings },
  });
  const stop = async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...postgres, stop };
}
