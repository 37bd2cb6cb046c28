import type { Command } from "commander";
import { ending } from "./describe.ts";
import { exitOfRequest } from "./exits.ts";
import { follow } from "./follow.ts";
import { connect, requestId, type ServiceOptions, withService } from "./options.ts";
import { printJson, say } from "./print.ts";
import { sayReasons } from "./reasons.ts";

export function addWatch(program: Command): void {
  withService(program.command("watch"))
    .description("follow a request until it ends; Ctrl-C only stops following")
    .argument("<request>", "the request's id", requestId)
    .action(watch);
}

async function watch(
  id: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const request = await follow(client, id);
  if (json) printJson(request);
  say(ending(request));
  await sayReasons(client, request);
  process.exitCode = exitOfRequest(request);
}
