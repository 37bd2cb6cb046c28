import type { Command } from "commander";
import { ending } from "./describe.ts";
import { exitOfRequest } from "./exits.ts";
import { findRequest, requestNames, requestWord } from "./find-request.ts";
import { follow } from "./follow.ts";
import { connect, type ServiceOptions, withService } from "./options.ts";
import { printJson, say } from "./print.ts";
import { sayReasons } from "./reasons.ts";

export function addWatch(program: Command): void {
  withService(program.command("watch"))
    .description("follow a request until it ends; Ctrl-C only stops following")
    .argument("<request>", requestNames, requestWord)
    .action(watch);
}

async function watch(
  word: string,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const request = await follow(client, await findRequest(client, word));
  if (json) printJson(request);
  say(ending(request));
  await sayReasons(client, request);
  process.exitCode = exitOfRequest(request);
}
