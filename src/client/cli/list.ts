import { type Command, Option } from "commander";
import { requestStates } from "../../requests/state.ts";
import type { RequestView } from "../views.ts";
import { connect, plainText, type ServiceOptions, wholeNumber, withService } from "./options.ts";
import { printJson, printTable, say } from "./print.ts";
import { thisCommand } from "./this-command.ts";

interface Options extends ServiceOptions {
  state?: RequestView["state"];
  owner?: string;
  limit: number;
  cursor?: string;
  json?: boolean;
}

export function addList(program: Command): void {
  withService(program.command("list"))
    .description("list requests, newest first")
    .addOption(new Option("--state <state>", "only requests in this state").choices(requestStates))
    .option("--owner <name>", "only requests of this owner", plainText(200))
    .option("--limit <n>", "page size", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(list);
}

async function list({ state, owner, limit, cursor, json, ...service }: Options): Promise<void> {
  const client = await connect(service);
  const page = await client.list({
    limit,
    ...(state && { state }),
    ...(owner && { owner }),
    ...(cursor && { cursor }),
  });
  if (json) {
    printJson(page);
    return;
  }
  const rows = page.items.map(({ id, state, counters: c, created_at, title }) => [
    id,
    state,
    c.done,
    c.failed,
    c.total,
    created_at,
    title ?? "",
  ]);
  printTable(["ID", "STATE", "DONE", "FAILED", "FILES", "SUBMITTED", "TITLE"], rows);
  if (page.next !== null) say(`More: ${thisCommand()} list --cursor ${page.next}`);
}
