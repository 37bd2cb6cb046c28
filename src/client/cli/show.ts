import type { Command } from "commander";
import { printRequest } from "./describe.ts";
import { connect, requestId, type ServiceOptions, withService } from "./options.ts";
import { printJson } from "./print.ts";

export function addShow(program: Command): void {
  withService(program.command("show"))
    .description("show a request with its state and counters")
    .argument("<request>", "the request's id", requestId)
    .action(show);
}

async function show(
  id: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const request = await (await connect(service)).get(id);
  if (json) printJson(request);
  else printRequest(request);
}
