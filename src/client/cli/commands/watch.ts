import type { Command } from "commander";
import { exitOfRequest } from "../exits.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { follow } from "../follow.ts";
import { ending } from "../print/describe.ts";
import { printJson, say } from "../print/print.ts";
import { sayReasons } from "../print/reasons.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

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
