import type { Command } from "commander";
import type { Longshore } from "../../client.ts";
import type { RequestNow } from "../../views.ts";
import { eachRequest, oneOrAll } from "../each-request.ts";
import { exitOfRequest, usedWrongly } from "../exits.ts";
import { requestNames, requestWord } from "../find-request.ts";
import { follow } from "../follow.ts";
import { plainText, several, wholeNumber } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import { ending } from "../print/describe.ts";
import { printJson, say } from "../print/print.ts";
import { sayReasons } from "../print/reasons.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

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
    .argument("<request...>", requestNames, several(requestWord))
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
  words: string[],
  { error, file, wait, json, ...service }: Options,
): Promise<void> {
  if (file && words.length > 1) throw usedWrongly("--file is for one request: give one.");
  const client = await connect(service);
  const chosen = { ...(error && { errors: error }), ...(file && { files: file }) };
  const again = await eachRequest(client, words, async (id) => {
    const request = await client.redrive(id, chosen);
    say(`${againOf(request.redriven)} in round ${request.round}`);
    if (!wait && !json) say(`Follow it with: ${thisCommand()} watch ${id}`);
    return request;
  });
  if (!wait) {
    if (json) printJson(oneOrAll(again, words));
    return;
  }
  const ended: RequestNow[] = [];
  for (const { id } of again) ended.push(await untilEnd(client, id));
  if (json) printJson(oneOrAll(ended, words));
}

async function untilEnd(client: Longshore, id: string): Promise<RequestNow> {
  const ended = await follow(client, id);
  say(ending(ended));
  await sayReasons(client, ended);
  process.exitCode ||= exitOfRequest(ended);
  return ended;
}

function againOf(files: number): string {
  if (files === 0) return "No file failed; the results of the whole request are made again";
  return files === 1 ? "1 file is tried again" : `${files} files are tried again`;
}
