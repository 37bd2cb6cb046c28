// For commands that read the ledger itself: DATABASE_URL, else the embedded Postgres of DATA_DIR.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, readConfig } from "../../config.ts";
import { ExitError, exits, usedWrongly } from "./exits.ts";

/** Starts an embedded database that is not running for this call; `create` also makes a new one. */
export async function withDatabase<Result>(
  { create = false }: { create?: boolean },
  work: (url: string, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = readConfig();
  if (config.databaseUrl !== undefined) return work(config.databaseUrl, config);
  const { runningEmbeddedUrls, startEmbeddedPostgres } = await import("../../db/embedded.ts");
  const running = existsSync(join(config.dataDir, "postgres"))
    ? runningEmbeddedUrls(config.dataDir)
    : undefined;
  if (running) return work(running.url, config);
  if (!create) assertExists(config);
  const { makeLog } = await import("../../log.ts");
  const started = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: makeLog({ logLevel: "warn" }),
  });
  try {
    return await work(started.url, config);
  } finally {
    await started.stop();
  }
}

/** With read-only access in the embedded database. */
export async function readOnlyUrl(): Promise<string> {
  const config = readConfig();
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const { runningEmbeddedUrls } = await import("../../db/embedded.ts");
  const running = existsSync(join(config.dataDir, "postgres"))
    ? runningEmbeddedUrls(config.dataDir)
    : undefined;
  if (running) return running.readOnlyUrl;
  throw new ExitError(
    exits.notReachable,
    `The embedded database of ${config.dataDir} is not running. ` +
      "Start the service with `npm start`, or set DATA_DIR or DATABASE_URL.",
  );
}

function assertExists({ dataDir }: Config): void {
  if (existsSync(join(dataDir, "postgres", "data"))) return;
  throw usedWrongly(
    `There is no database in ${dataDir}. Set DATA_DIR to the service's folder, or DATABASE_URL.`,
  );
}
