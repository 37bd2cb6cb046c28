import type { Command } from "commander";
import type { Longshore } from "../../client.ts";
import { isConfirmed } from "../confirm.ts";
import { eachRequest, oneOrAll } from "../each-request.ts";
import { exits } from "../exit-codes.ts";
import { ExitError } from "../exits.ts";
import { findRequests, requestNames, requestWord } from "../find-request.ts";
import { several } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import { clean, printJson, say, sayError } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

interface Options extends ServiceOptions {
  yes?: boolean;
  json?: boolean;
}

export function addDelete(program: Command): void {
  withService(program.command("delete"))
    .description("delete requests that have ended, and their results; their receipts are kept")
    .argument("<request...>", requestNames, several(requestWord))
    .option("-y, --yes", "do not ask; without a terminal nothing is asked")
    .action(remove);
}

async function remove(words: string[], { yes, json, ...service }: Options): Promise<void> {
  const client = await connect(service);
  const ids = await findRequests(client, words);
  if (!yes && process.stdin.isTTY && process.stderr.isTTY) await ask(client, ids);
  const deleted = await eachRequest(client, ids, async (id) => {
    await client.delete(id);
    if (!json) say(`${id} is deleted. Its receipt is kept: ${thisCommand()} receipt ${id}`);
    return { deleted: id };
  });
  if (json) printJson(oneOrAll(deleted, words));
}

async function ask(client: Longshore, ids: string[]): Promise<void> {
  for (const id of ids) {
    const { title, state, counters } = await client.get(id);
    const about = title === null ? "" : `, ${clean(title).slice(0, 60)}`;
    sayError(`${id}: ${state}, ${counters.done} of ${counters.total} files done${about}`);
  }
  const what = ids.length === 1 ? "this request and its" : `these ${ids.length} requests and their`;
  if (!(await isConfirmed(`Delete ${what} results?`)))
    throw new ExitError(exits.someFailed, "Nothing is deleted.");
}
