import type { Command } from "commander";
import { withDatabase } from "../database.ts";
import { print, printJson, say } from "../print/print.ts";
import { jsonOption } from "../service.ts";

export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description("apply missing migrations; the service does this too when it starts")
    .option("--wait", "wait for a database that is starting, for DATABASE_WAIT_SECONDS")
    .addOption(jsonOption())
    .action(async ({ wait, json }: { wait?: boolean; json?: boolean }) => {
      const applied = await withDatabase({ create: true }, async (url, config) => {
        const { migrate } = await import("../../../db/migrate.ts");
        const { waitForDatabase } = await import("../../../db/wait-for-database.ts");
        if (wait) await waitForDatabase(url, { seconds: config.databaseWaitSeconds, onWait: say });
        return migrate(url, { onWait: (_, sentence) => say(sentence) });
      });
      if (json) printJson({ applied });
      else for (const name of applied) print(name);
      say(applied.length === 0 ? "The database is up to date." : `${applied.length} applied.`);
    });
}
