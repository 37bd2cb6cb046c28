import type { Command } from "commander";
import { connect, requestId, type ServiceOptions, withService } from "./options.ts";
import { printJson, say } from "./print.ts";
import { thisCommand } from "./this-command.ts";

export function addDelete(program: Command): void {
  withService(program.command("delete"))
    .description("delete a request that has ended, and its results; its receipt is kept")
    .argument("<request>", "the request's id", requestId)
    .action(remove);
}

async function remove(
  id: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  await (await connect(service)).delete(id);
  if (json) printJson({ deleted: id });
  else say(`${id} is deleted. Its receipt is kept: ${thisCommand()} receipt ${id}`);
}
