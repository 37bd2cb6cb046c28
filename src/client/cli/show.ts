import type { Command } from "commander";
import { printFile, printRequest } from "./describe.ts";
import { connect, requestId, type ServiceOptions, wholeNumber, withService } from "./options.ts";
import { printJson } from "./print.ts";

interface Options extends ServiceOptions {
  file?: number;
  json?: boolean;
}

export function addShow(program: Command): void {
  withService(program.command("show"))
    .description("show a request with its state, counters and warnings")
    .argument("<request>", "the request's id", requestId)
    .option(
      "--file <n>",
      "show one of its files instead: how it was read, and what happened to it",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .action(show);
}

async function show(id: string, { file, json, ...service }: Options): Promise<void> {
  const client = await connect(service);
  if (file !== undefined) {
    const found = await client.file(id, file);
    if (json) printJson(found);
    else printFile(found);
    return;
  }
  const request = await client.get(id);
  if (json) printJson(request);
  else printRequest(request);
}
