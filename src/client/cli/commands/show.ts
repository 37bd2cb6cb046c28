import type { Command } from "commander";
import type { Longshore } from "../../client.ts";
import type { RequestNow } from "../../views.ts";
import { eachRequest, oneOrAll } from "../each-request.ts";
import { usedWrongly } from "../exits.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { several, wholeNumber } from "../given/values.ts";
import { printFile, printRequest } from "../print/describe.ts";
import { formatOf, type OutputOptions, printRows, withOutput } from "../print/output.ts";
import { print, say } from "../print/print.ts";
import { reasonsOf } from "../print/reasons.ts";
import { connect, type ServiceOptions } from "../service.ts";
import { fileColumns } from "./files.ts";
import { requestColumns } from "./list.ts";

interface Options extends ServiceOptions, OutputOptions {
  file?: number;
}

export function addShow(program: Command): void {
  withOutput(program.command("show"))
    .description("show requests with their state, counters and warnings")
    .argument("<request...>", requestNames, several(requestWord))
    .option(
      "--file <n>",
      "show one of its files instead: how it was read, and what happened to it",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .action(show);
}

async function show(words: string[], options: Options): Promise<void> {
  const format = formatOf(options);
  const client = await connect(options);
  if (options.file !== undefined) {
    if (words.length > 1) throw usedWrongly("--file is for one request: give one.");
    const id = await findRequest(client, words[0] ?? "");
    const found = await client.file(id, options.file);
    if (format === "table") printFile(found);
    else printRows(format, found, [found], fileColumns);
    return;
  }
  let isFirst = true;
  const requests = await eachRequest(client, words, async (id) => {
    const request = await client.get(id);
    if (format !== "table") return request;
    if (!isFirst) print("");
    isFirst = false;
    await describe(client, request);
    return request;
  });
  if (format !== "table") printRows(format, oneOrAll(requests, words), requests, requestColumns);
}

async function describe(client: Longshore, request: RequestNow): Promise<void> {
  printRequest(request);
  const { why, next } = await reasonsOf(client, request);
  for (const line of why) print(line);
  for (const line of next) say(line);
}
