import type { Command } from "commander";
import type { ResultView } from "../../views.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { wholeNumber } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { say } from "../print/print.ts";
import { connect, type ServiceOptions } from "../service.ts";

interface Options extends ServiceOptions, OutputOptions {
  limit?: number;
}

export function addResults(program: Command): void {
  withOutput(program.command("results"))
    .description("list the results of a request so far: name, size, checksum, input, address")
    .argument("<request>", requestNames, requestWord)
    .option("--limit <n>", "only the first so many (default: all)", wholeNumber(1, 10_000_000))
    .action(results);
}

const columns: Column<ResultView>[] = [
  { name: "name", kind: "path", of: ({ name }) => name },
  { name: "size", heading: "bytes", kind: "word", of: ({ size }) => size },
  { name: "file", kind: "word", of: ({ file }) => file },
  { name: "input", kind: "path", of: ({ input }) => input },
  { name: "created_at", heading: "made", kind: "time", of: (result) => result.created_at },
];

/** For programs; a table has no room for them. */
const more: Column<ResultView>[] = [
  { name: "checksum", kind: "word", of: ({ checksum }) => checksum },
  { name: "url", kind: "word", of: ({ url }) => url },
];

async function results(word: string, options: Options): Promise<void> {
  const format = formatOf(options);
  const client = await connect(options);
  const id = await findRequest(client, word);
  const items: ResultView[] = [];
  let hasMore = false;
  for await (const result of client.results(id)) {
    hasMore = items.length === options.limit;
    if (hasMore) break;
    items.push(result);
  }
  printRows(format, { items }, items, format === "table" ? columns : [...columns, ...more]);
  if (hasMore) say(`There are more: leave out --limit, or ${thisCommand()} download ${id}`);
}
