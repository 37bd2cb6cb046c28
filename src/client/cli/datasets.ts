import type { Command } from "commander";
import type { DatasetView } from "../client.ts";
import { connect, plainText, type ServiceOptions, talking, wholeNumber } from "./options.ts";
import { clean, print, printJson, printTable, say } from "./print.ts";

type Options = ServiceOptions & { json?: boolean };
type Paging = Options & { limit: number; cursor?: string };

const datasetId = wholeNumber(1, 999_999_999_999_999);

export function addDatasets(program: Command): void {
  const datasets = program
    .command("datasets")
    .description("about datasets: named lists of files, remembered and used again");
  talking(datasets.command("list", { isDefault: true }))
    .description("list those that new requests would use, the newest first")
    .option("--finder <scheme>", "only those of this finder", plainText(100))
    .option("--past", "also those that no new request uses")
    .option("--limit <n>", "how many at most", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "go on where the list before ended", plainText(1000))
    .action(list);
  talking(datasets.command("show"))
    .description("show a dataset")
    .argument("<dataset>", "its id", datasetId)
    .action(show);
  talking(datasets.command("files"))
    .description("list its files, in the order in which they were found")
    .argument("<dataset>", "its id", datasetId)
    .option("--limit <n>", "how many at most", wholeNumber(1, 1000), 100)
    .option("--cursor <cursor>", "go on where the list before ended", plainText(1000))
    .action(files);
  talking(datasets.command("delete"))
    .description("forget a dataset: the next request that names it looks anew")
    .argument("<dataset>", "its id", datasetId)
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
  if (page.next !== null) say(`More: longshore datasets list --cursor ${page.next}`);
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
    ["made", times.created_at],
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
  if (page.next !== null) say(`More: longshore datasets files ${id} --cursor ${page.next}`);
}

async function remove(id: number, { json, ...service }: Options): Promise<void> {
  const dataset = await (await connect(service)).deleteDataset(String(id));
  if (json) printJson(dataset);
  else
    say(
      `${clean(dataset.finder)}://${clean(dataset.name)} version ${dataset.version} is forgotten; requests that use it keep it`,
    );
}
