// For commands that read the ledger itself: DATABASE_URL, else the embedded Postgres of DATA_DIR.
import type { Config } from "../../config.ts";
import { keepFilesPrivate, makeDataFolder } from "../../data-folder.ts";
import type { Db } from "../../db/client.ts";
import { UnavailableError } from "../../errors.ts";
import { exits } from "./exit-codes.ts";
import { ExitError, usedWrongly } from "./exits.ts";
import { thisCommand } from "./help/this-command.ts";
import { say } from "./print/print.ts";

/** Starts an embedded database that is not running for this call; `create` also makes a new one. */
export async function withDatabase<Result>(
  { create = false }: { create?: boolean },
  work: (url: string, config: Config) => Promise<Result>,
): Promise<Result> {
  const { readConfig } = await import("../../config.ts");
  const config = readConfig();
  if (config.databaseUrl !== undefined) return work(config.databaseUrl, config);
  const embedded = await import("../../db/embedded.ts");
  const running = embedded.runningEmbeddedUrls(config.dataDir);
  if (running) return work(running.url, config);
  if (!create && !embedded.hasEmbedded(config.dataDir))
    throw usedWrongly(
      `There is no database in ${config.dataDir}. ` +
        "Set DATA_DIR to the service's folder, or DATABASE_URL.",
    );
  if (!embedded.hasEmbedded(config.dataDir))
    say(`There is no database in ${config.dataDir} yet: a new one is made.`);
  const { makeLog } = await import("../../log.ts");
  keepFilesPrivate();
  makeDataFolder(config.dataDir);
  const started = await embedded.startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: makeLog({ logLevel: "warn" }),
  });
  try {
    return await work(started.url, config);
  } finally {
    await started.stop();
  }
}

/** The same, with a connection; refuses a database that has not the tables of this version. */
export function withTables<Result>(
  command: string,
  work: (db: Db, config: Config) => Promise<Result>,
): Promise<Result> {
  return withDatabase({}, async (url, config) => {
    const [{ openDb }, { checkDatabase }] = await Promise.all([
      import("../../db/client.ts"),
      import("../../db/check.ts"),
    ]);
    const db = openDb({ url, applicationName: `longshore ${command}`, max: 2 });
    try {
      await checkDatabase(db).catch(notTheServices);
      return await work(db, config);
    } finally {
      await db.close();
    }
  });
}

/** Exit code 1 would say that an audit found the ledger wrong. */
function notTheServices(error: Error & { code?: string }): never {
  const setting = "DATABASE_URL, or DATA_DIR,";
  if (error.code === "42P01")
    throw usedWrongly(
      `This database has no tables of Longshore. Set ${setting} as the service has it.`,
    );
  if (error.code !== undefined || error instanceof UnavailableError) throw error;
  throw usedWrongly(`${error.message} Set ${setting} as a service of this version has it.`);
}

/** With read-only access in the embedded database. */
export async function readOnlyUrl(): Promise<string> {
  const { readConfig } = await import("../../config.ts");
  const config = readConfig();
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const { runningEmbeddedUrls } = await import("../../db/embedded.ts");
  const running = runningEmbeddedUrls(config.dataDir);
  if (running) return running.readOnlyUrl;
  throw new ExitError(
    exits.notReachable,
    `The embedded database of ${config.dataDir} is not running. ` +
      `Start the service with \`${thisCommand()} start\`, or set DATA_DIR or DATABASE_URL.`,
  );
}
