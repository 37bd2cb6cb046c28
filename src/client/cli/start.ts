import type { Command } from "commander";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("start the service; its settings come from the environment (see the README)")
    .action(async () => {
      const { runService } = await import("../../run.ts");
      process.exit(await runService());
    });
}
