import type { Command } from "commander";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("start the service; settings come from the environment (see doc/settings.md)")
    .action(async () => {
      const { runService } = await import("../../run.ts");
      process.exit(await runService());
    });
}
