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
  wholeNumber,
  withService,
} from "./options.ts";
import { printJson, say } from "./print.ts";
import { sayReasons } from "./reasons.ts";
import { thisCommand } from "./this-command.ts";

interface Options extends ServiceOptions {
  error?: string[];
  file?: number[];
  wait?: boolean;
  json?: boolean;
}

export function addRedrive(program: Command): void {
  withService(program.command("redrive"))
    .description(
      "try failed files of a request again, or files of an open one that workers gave back " +
        "too often",
    )
    .argument("<request>", "the request's id", requestId)
    .option(
      "--error <fingerprint...>",
      `only files that failed with this error, as shown by \`${thisCommand()} errors\``,
      several(plainText(100)),
    )
    .option("--file <id...>", "only these files", several(wholeNumber(1, Number.MAX_SAFE_INTEGER)))
    .option("--wait", "wait until the request has ended")
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
  say(`${againOf(request.redriven)} in round ${request.round}`);
  if (!wait) {
    if (json) printJson(request);
    else say(`Follow it with: ${thisCommand()} watch ${id}`);
    return;
  }
  const ended = await follow(client, id);
  if (json) printJson(ended);
  say(ending(ended));
  await sayReasons(client, ended);
  process.exitCode = exitOfRequest(ended);
}

function againOf(files: number): string {
  if (files === 0) return "No file failed; the results of the whole request are made again";
  return files === 1 ? "1 file is tried again" : `${files} files are tried again`;
}
