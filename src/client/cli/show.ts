import type { Command } from "commander";
import { printFile, printRequest } from "./describe.ts";
import { fileColumns } from "./files.ts";
import { requestColumns } from "./list.ts";
import { connect, requestId, type ServiceOptions, wholeNumber } from "./options.ts";
import { formatOf, type OutputOptions, printRows, withOutput } from "./output.ts";
import { print, say } from "./print.ts";
import { reasonsOf } from "./reasons.ts";

interface Options extends ServiceOptions, OutputOptions {
  file?: number;
}

export function addShow(program: Command): void {
  withOutput(program.command("show"))
    .description("show a request with its state, counters and warnings")
    .argument("<request>", "the request's id", requestId)
    .option(
      "--file <n>",
      "show one of its files instead: how it was read, and what happened to it",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .action(show);
}

async function show(id: string, options: Options): Promise<void> {
  const format = formatOf(options);
  const client = await connect(options);
  if (options.file !== undefined) {
    const found = await client.file(id, options.file);
    if (format === "table") printFile(found);
    else printRows(format, found, [found], fileColumns);
    return;
  }
  const request = await client.get(id);
  if (format !== "table") {
    printRows(format, request, [request], requestColumns);
    return;
  }
  printRequest(request);
  const { why, next } = await reasonsOf(client, request);
  for (const line of why) print(line);
  for (const line of next) say(line);
}
