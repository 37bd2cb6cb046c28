import type { Command } from "commander";
import { connect, requestId, type ServiceOptions, withService } from "./options.ts";
import { printJson, say } from "./print.ts";

export function addCancel(program: Command): void {
  withService(program.command("cancel"))
    .description("cancel a request: no more of its files are started")
    .argument("<request>", "the request's id", requestId)
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
