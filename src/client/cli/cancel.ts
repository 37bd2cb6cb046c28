import type { Command } from "commander";
import { connect, requestId, type ServiceOptions, talking } from "./options.ts";
import { printJson, say } from "./print.ts";

export function addCancel(program: Command): void {
  talking(program.command("cancel"))
    .description("cancel a request: nothing of it is given out from here on")
    .argument("<request>", "its id", requestId)
    .action(cancel);
}

async function cancel(
  id: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const request = await (await connect(service)).cancel(id);
  if (json) printJson(request);
  else say(`${request.id} is ${request.state}`);
}
