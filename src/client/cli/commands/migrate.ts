import type { Command } from "commander";
import { withDatabase } from "../database.ts";
import { print, printJson, say } from "../print/print.ts";
import { jsonOption } from "../service.ts";

export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description("apply missing migrations; the service does this too when it starts")
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const applied = await withDatabase({ create: true }, async (url) => {
        const { migrate } = await import("../../../db/migrate.ts");
        return migrate(url, { onWait: (_, sentence) => say(sentence) });
      });
      if (json) printJson({ applied });
      else for (const name of applied) print(name);
      say(applied.length === 0 ? "The database is up to date." : `${applied.length} applied.`);
    });
}
