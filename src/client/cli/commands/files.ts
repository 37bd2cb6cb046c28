import { type Command, Option } from "commander";
import { fileStates } from "../../../requests/state.ts";
import type { FileView } from "../../views.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { plainText, wholeNumber } from "../given/values.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  sayMore,
  withOutput,
} from "../print/output.ts";
import { connect, type ServiceOptions } from "../service.ts";

interface Options extends ServiceOptions, OutputOptions {
  state?: FileView["state"];
  step?: number;
  error?: string;
  prefix?: string;
  limit: number;
  cursor?: string;
}

export function addFiles(program: Command): void {
  withOutput(program.command("files"))
    .description("list the files of a request with their states")
    .argument("<request>", requestNames, requestWord)
    .addOption(new Option("--state <state>", "only files in this state").choices(fileStates))
    .option("--step <n>", "only files in this step", wholeNumber(1, 1000))
    .option("--error <fingerprint>", "only files that failed with this error", plainText(100))
    .option("--prefix <text>", "only files whose first path begins with this", plainText(4096))
    .option("--limit <n>", "page size", wholeNumber(1, 1000), 100)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(files);
}

export const fileColumns: Column<FileView>[] = [
  { name: "file", kind: "word", of: ({ file }) => file },
  { name: "state", kind: "state", of: ({ state }) => state },
  { name: "step", kind: "word", of: ({ step }) => step },
  { name: "attempt", kind: "word", of: ({ attempt }) => attempt },
  { name: "path", kind: "path", of: ({ paths }) => paths[0] },
  { name: "error", kind: "text", of: ({ error }) => error?.message ?? "" },
];

async function files(word: string, options: Options, command: Command): Promise<void> {
  const format = formatOf(options);
  const { state, step, error, prefix, limit, cursor } = options;
  const client = await connect(options);
  const page = await client.files(await findRequest(client, word), {
    limit,
    ...(state && { state }),
    ...(step && { step }),
    ...(error && { error }),
    ...(prefix && { prefix }),
    ...(cursor && { cursor }),
  });
  printRows(format, page, page.items, fileColumns);
  sayMore(command, page.next);
}
