import { type Command, Option } from "commander";
import { requestStates } from "../../../requests/state.ts";
import type { RequestSummary } from "../../views.ts";
import { plainText, wholeNumber } from "../given/values.ts";
import { shortStateOf } from "../print/describe.ts";
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
  state?: RequestSummary["state"];
  owner?: string;
  title?: string;
  limit: number;
  cursor?: string;
}

export function addList(program: Command): void {
  withOutput(program.command("list"))
    .description("list requests, newest first")
    .addOption(new Option("--state <state>", "only requests in this state").choices(requestStates))
    .option("--owner <name>", "only requests of this owner", plainText(200))
    .option("--title <title>", "only requests of this title", plainText(500))
    .option("--limit <n>", "page size", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(list);
}

export const requestColumns: Column<RequestSummary>[] = [
  { name: "id", kind: "id", of: ({ id }) => id },
  { name: "number", heading: "No", kind: "word", of: ({ number }) => number },
  { name: "state", kind: "state", of: ({ state }) => state, inTable: shortStateOf },
  { name: "done", kind: "word", of: ({ counters }) => counters.done },
  { name: "failed", kind: "word", of: ({ counters }) => counters.failed },
  { name: "total", heading: "files", kind: "word", of: ({ counters }) => counters.total },
  { name: "created_at", heading: "submitted", kind: "time", of: (item) => item.created_at },
  { name: "title", kind: "title", of: ({ title }) => title ?? "" },
];

async function list(options: Options, command: Command): Promise<void> {
  const format = formatOf(options);
  const { state, owner, title, limit, cursor, ...service } = options;
  const client = await connect(service);
  const page = await client.list({
    limit,
    ...(state && { state }),
    ...(owner && { owner }),
    ...(title && { title }),
    ...(cursor && { cursor }),
  });
  printRows(format, page, page.items, requestColumns);
  sayMore(command, page.next);
}
