import { type Command, Option } from "commander";
import { fileStates } from "../../requests/state.ts";
import type { FileView } from "../views.ts";
import {
  connect,
  plainText,
  requestId,
  type ServiceOptions,
  wholeNumber,
  withService,
} from "./options.ts";
import { printJson, printTable, say } from "./print.ts";
import { thisCommand } from "./this-command.ts";

interface Options extends ServiceOptions {
  state?: FileView["state"];
  step?: number;
  error?: string;
  prefix?: string;
  limit: number;
  cursor?: string;
  json?: boolean;
}

export function addFiles(program: Command): void {
  withService(program.command("files"))
    .description("list the files of a request with their states")
    .argument("<request>", "the request's id", requestId)
    .addOption(new Option("--state <state>", "only files in this state").choices(fileStates))
    .option("--step <n>", "only files in this step", wholeNumber(1, 1000))
    .option("--error <fingerprint>", "only files that failed with this error", plainText(100))
    .option("--prefix <text>", "only files whose first path begins with this", plainText(4096))
    .option("--limit <n>", "page size", wholeNumber(1, 1000), 100)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(files);
}

async function files(id: string, { url, json, ...query }: Options): Promise<void> {
  const page = await (await connect({ ...(url && { url }) })).files(id, query);
  if (json) {
    printJson(page);
    return;
  }
  const rows = page.items.map(({ file, state, step, attempt, paths, error }) => [
    file,
    state,
    step,
    attempt,
    paths[0] ?? "",
    error?.message ?? "",
  ]);
  printTable(["FILE", "STATE", "STEP", "ATTEMPT", "PATH", "ERROR"], rows);
  if (page.next !== null) say(`More: ${thisCommand()} files ${id} --cursor ${page.next}`);
}
