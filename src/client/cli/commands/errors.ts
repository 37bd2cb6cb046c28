import type { Command } from "commander";
import type { ErrorGroup } from "../../views.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { say } from "../print/print.ts";
import { described, shortened, whatHelps } from "../print/reasons.ts";
import { connect, type ServiceOptions } from "../service.ts";

const longest = 500;
const mostInFull = 3;

export function addErrors(program: Command): void {
  withOutput(program.command("errors"))
    .description("show why files of a request failed, in groups, largest first")
    .argument("<request>", requestNames, requestWord)
    .action(errors);
}

const columns: Column<ErrorGroup>[] = [
  { name: "fingerprint", heading: "error", kind: "word", of: (group) => group.fingerprint },
  { name: "class", kind: "word", of: (group) => group.class },
  { name: "count", heading: "files", kind: "word", of: ({ count }) => count },
  { name: "share", kind: "share", of: ({ share }) => share },
  {
    name: "example_file",
    heading: "e.g. file",
    kind: "word",
    of: ({ examples }) => examples[0]?.file,
  },
  { name: "message", kind: "text", of: sentenceOf },
];

async function errors(word: string, options: ServiceOptions & OutputOptions): Promise<void> {
  const format = formatOf(options);
  const client = await connect(options);
  const id = await findRequest(client, word);
  const page = await client.errors(id);
  printRows(format, page, page.items, columns);
  // A table that fits a terminal has only the beginning of each sentence.
  if (format === "table" && process.stdout.isTTY)
    for (const line of page.items.slice(0, mostInFull).flatMap(described)) say(line);
  const [first] = page.items;
  if (first) say(whatHelps(page.items, `redrive ${id} --error ${first.fingerprint}`));
}

/** Of an example: the message of the group has no numbers, paths and ids. */
function sentenceOf({ examples, message }: ErrorGroup): string {
  return shortened(examples[0]?.message ?? message, longest);
}
