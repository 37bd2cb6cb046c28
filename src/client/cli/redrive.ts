import type { Command } from "commander";
import { ending } from "./describe.ts";
import { exitOfRequest } from "./exits.ts";
import { follow } from "./follow.ts";
import {
  connect,
  plainText,
  requestId,
  type ServiceOptions,
  several,
  talking,
  wholeNumber,
} from "./options.ts";
import { printJson, say } from "./print.ts";

interface Options extends ServiceOptions {
  error?: string[];
  file?: number[];
  wait?: boolean;
  json?: boolean;
}

export function addRedrive(program: Command): void {
  talking(program.command("redrive"))
    .description("try failed files again, in the same request; what was done stays")
    .argument("<request>", "its id", requestId)
    .option(
      "--error <fingerprint...>",
      "only those that failed of this, as `longshore errors` shows it",
      several(plainText(100)),
    )
    .option("--file <id...>", "only this file", several(wholeNumber(1, Number.MAX_SAFE_INTEGER)))
    .option("--wait", "wait until it has ended")
    .action(redrive);
}

async function redrive(
  id: string,
  { error, file, wait, json, ...service }: Options,
): Promise<void> {
  const client = await connect(service);
  const request = await client.redrive(id, {
    ...(error && { errors: error }),
    ...(file && { files: file }),
  });
  say(`${request.redriven} files are tried again, in round ${request.round}`);
  if (!wait) {
    if (json) printJson(request);
    else say(`Follow it with: longshore watch ${id}`);
    return;
  }
  const ended = await follow(client, id);
  if (json) printJson(ended);
  say(ending(ended));
  process.exitCode = exitOfRequest(ended);
}
