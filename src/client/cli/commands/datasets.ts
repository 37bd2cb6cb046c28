import type { Command } from "commander";
import type { DatasetFileView, DatasetView } from "../../views.ts";
import { plainText, wholeNumber } from "../given/values.ts";
import { type Line, printLines } from "../print/describe.ts";
import { localTimeWithZone } from "../print/local-time.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  sayMore,
  withOutput,
} from "../print/output.ts";
import { clean, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

type Options = ServiceOptions & OutputOptions;
type Paging = Options & { limit: number; cursor?: string };

const datasetId = wholeNumber(1, 999_999_999_999_999);

export function addDatasets(program: Command): void {
  const datasets = program
    .command("datasets")
    .description("list, show or delete datasets: named lists of files that are kept and reused");
  withOutput(datasets.command("list", { isDefault: true }))
    .description("list the datasets that new requests would use, newest first")
    .option("--finder <scheme>", "only datasets of this finder", plainText(100))
    .option("--past", "include datasets that no new request uses")
    .option("--limit <n>", "page size", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(list);
  withOutput(datasets.command("show"))
    .description("show a dataset")
    .argument("<dataset>", "the dataset's id", datasetId)
    .action(show);
  withOutput(datasets.command("files"))
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

const columns: Column<DatasetView>[] = [
  { name: "id", kind: "word", of: ({ id }) => id },
  { name: "version", kind: "word", of: ({ version }) => version },
  { name: "state", kind: "state", of: ({ state }) => state },
  { name: "files", kind: "word", of: ({ files }) => files },
  { name: "size", heading: "bytes", kind: "word", of: ({ size }) => size },
  { name: "last_used_at", heading: "last used", kind: "time", of: (item) => item.last_used_at },
  { name: "name", kind: "path", of: ({ finder, name }) => `${finder}://${name}` },
];

const fileColumns: Column<DatasetFileView>[] = [
  { name: "file", kind: "word", of: ({ file }) => file },
  { name: "size", heading: "bytes", kind: "word", of: ({ size }) => size },
  { name: "path", kind: "path", of: ({ paths }) => paths[0] },
];

async function list(
  options: Paging & { finder?: string; past?: boolean },
  command: Command,
): Promise<void> {
  const format = formatOf(options);
  const { finder, past, limit, cursor } = options;
  const page = await (await connect(options)).datasets({
    limit,
    ...(finder && { finder }),
    ...(cursor && { cursor }),
    ...(past && { past: "true" as const }),
  });
  printRows(format, page, page.items, columns);
  sayMore(command, page.next);
}

async function show(id: number, options: Options): Promise<void> {
  const format = formatOf(options);
  const dataset = await (await connect(options)).dataset(String(id));
  if (format !== "table") printRows(format, dataset, [dataset], columns);
  else printLines(linesOf(dataset));
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
}: DatasetView): Line[] {
  const stateNow = reason === null ? state : `${state}: ${reason}`;
  return [
    ["id", id],
    ["name", `${finder}://${name}`],
    ["version", String(version)],
    ["state", stateNow],
    ["files", size > 0 ? `${files} (${size} bytes)` : String(files)],
    ["created", localTimeWithZone(times.created_at)],
    ["last used", localTimeWithZone(times.last_used_at)],
  ];
}

async function files(id: number, options: Paging, command: Command): Promise<void> {
  const format = formatOf(options);
  const { limit, cursor } = options;
  const query = { limit, ...(cursor && { cursor }) };
  const page = await (await connect(options)).datasetFiles(String(id), query);
  printRows(format, page, page.items, fileColumns);
  sayMore(command, page.next);
}

async function remove(
  id: number,
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const dataset = await (await connect(service)).deleteDataset(String(id));
  if (json) printJson(dataset);
  else
    say(
      `${clean(dataset.finder)}://${clean(dataset.name)} version ${dataset.version} is ` +
        "stale; requests that use it keep it",
    );
}
