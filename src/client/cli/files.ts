import { type Command, Option } from "commander";
import { fileStates } from "../../requests/state.ts";
import type { FileView } from "../client.ts";
import {
  connect,
  plainText,
  requestId,
  type ServiceOptions,
  talking,
  wholeNumber,
} from "./options.ts";
import { printJson, printTable, say } from "./print.ts";

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
  talking(program.command("files"))
    .description("list the files of a request, each with its state")
    .argument("<request>", "its id", requestId)
    .addOption(new Option("--state <state>", "only those in this state").choices(fileStates))
    .option("--step <n>", "only those in this step", wholeNumber(1, 1000))
    .option("--error <fingerprint>", "only those that failed of this", plainText(100))
    .option("--prefix <text>", "only those whose first path begins so", plainText(4096))
    .option("--limit <n>", "how many at most", wholeNumber(1, 1000), 100)
    .option("--cursor <cursor>", "go on where the list before ended", plainText(1000))
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
  if (page.next !== null) say(`More: longshore files ${id} --cursor ${page.next}`);
}
