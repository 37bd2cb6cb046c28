import type { Command } from "commander";
import { exitsOf } from "../exit-codes.ts";

export function addStart(program: Command): void {
  program
    .command("start")
    .description(
      "start the service; settings come from the environment (see doc/settings.md): " +
        exitsOf("start"),
    )
    .action(async () => {
      const { runService } = await import("../../../run.ts");
      process.exit(await runService());
    });
}
