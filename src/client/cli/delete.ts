import type { Command } from "commander";
import { connect, requestId, type ServiceOptions, talking } from "./options.ts";
import { printJson, say } from "./print.ts";

export function addDelete(program: Command): void {
  talking(program.command("delete"))
    .description("delete a request that has ended, with its results; its receipt stays")
    .argument("<request>", "its id", requestId)
    .action(remove);
}

async function remove(
  id: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  await (await connect(service)).delete(id);
  if (json) printJson({ deleted: id });
  else say(`${id} is deleted; its receipt stays: longshore receipt ${id}`);
}
