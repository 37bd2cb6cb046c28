import type { Command } from "commander";
import type { DatasetView } from "../views.ts";
import { connect, plainText, type ServiceOptions, wholeNumber, withService } from "./options.ts";
import { clean, print, printJson, printTable, say } from "./print.ts";
import { thisCommand } from "./this-command.ts";

type Options = ServiceOptions & { json?: boolean };
type Paging = Options & { limit: number; cursor?: string };

const datasetId = wholeNumber(1, 999_999_999_999_999);

export function addDatasets(program: Command): void {
  const datasets = program
    .command("datasets")
    .description("list, show or delete datasets: named lists of files that are kept and reused");
  withService(datasets.command("list", { isDefault: true }))
    .description("list the datasets that new requests would use, newest first")
    .option("--finder <scheme>", "only datasets of this finder", plainText(100))
    .option("--past", "include datasets that no new request uses")
    .option("--limit <n>", "page size", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(list);
  withService(datasets.command("show"))
    .description("show a dataset")
    .argument("<dataset>", "the dataset's id", datasetId)
    .action(show);
  withService(datasets.command("files"))
    .description("list the files of a dataset, in the order in which they were found")
    .argument("<dataset>", "the dataset's id", datasetId)
    .option("--limit <n>", "page size", wholeNumber(1, 1000), 100)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(files);
  withService(datasets.command("delete"))
    .description("mark a dataset stale: the next request that names it looks it up again")
    .argument("<dataset>", "the dataset's id", datasetId)
    .action(remove);
}

async function list({
  url,
  json,
  past,
  ...query
}: Paging & { finder?: string; past?: boolean }): Promise<void> {
  const page = await (await connect({ ...(url && { url }) })).datasets({
    ...query,
    ...(past && { past: "true" as const }),
  });
  if (json) {
    printJson(page);
    return;
  }
  const rows = page.items.map(({ id, version, state, files, size, last_used_at, finder, name }) => [
    id,
    version,
    state,
    files,
    size,
    last_used_at,
    `${finder}://${name}`,
  ]);
  printTable(["ID", "VERSION", "STATE", "FILES", "BYTES", "LAST USED", "NAME"], rows);
  if (page.next !== null) say(`More: ${thisCommand()} datasets list --cursor ${page.next}`);
}

async function show(id: number, { json, ...service }: Options): Promise<void> {
  const dataset = await (await connect(service)).dataset(String(id));
  if (json) printJson(dataset);
  else
    for (const [name, text] of linesOf(dataset))
      if (text !== null) print(`${name.padEnd(10)} ${clean(text)}`);
}

function linesOf({
  id,
  finder,
  name,
  version,
  state,
  reason,
  files,
  size,
  ...times
}: DatasetView): [string, string | null][] {
  return [
    ["id", id],
    ["name", `${finder}://${name}`],
    ["version", String(version)],
    ["state", reason === null ? state : `${state}: ${reason}`],
    ["files", size > 0 ? `${files} (${size} bytes)` : String(files)],
    ["created", times.created_at],
    ["last used", times.last_used_at],
  ];
}

async function files(id: number, { url, json, ...query }: Paging): Promise<void> {
  const page = await (await connect({ ...(url && { url }) })).datasetFiles(String(id), query);
  if (json) {
    printJson(page);
    return;
  }
  printTable(
    ["FILE", "BYTES", "PATH"],
    page.items.map(({ file, size, paths }) => [file, size, paths[0] ?? ""]),
  );
  if (page.next !== null) say(`More: ${thisCommand()} datasets files ${id} --cursor ${page.next}`);
}

async function remove(id: number, { json, ...service }: Options): Promise<void> {
  const dataset = await (await connect(service)).deleteDataset(String(id));
  if (json) printJson(dataset);
  else
    say(
      `${clean(dataset.finder)}://${clean(dataset.name)} version ${dataset.version} is ` +
        "stale; requests that use it keep it",
    );
}
