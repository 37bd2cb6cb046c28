import { type Command, Option } from "commander";
import { withoutSecrets } from "../../../addresses/shown.ts";
import type { Decision } from "../../user-calls.ts";
import type { Account } from "../../views.ts";
import { exitOf } from "../exits.ts";
import { plainText, wholeNumber } from "../given/values.ts";
import { accountNames, accountsNamed, accountWords } from "../named-accounts.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  sayMore,
  withOutput,
} from "../print/output.ts";
import { clean, printJson, say, sayError } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";
import { addUserCreate } from "./user-create.ts";

interface ListOptions extends ServiceOptions, OutputOptions {
  state?: Account["state"];
  limit: number;
  cursor?: string;
}

const states = ["new", "pending", "approved", "rejected", "suspended", "deleted"] as const;

const decisions: Record<Decision, string> = {
  approve: "let people in, who are told by mail",
  reject: "refuse people, who are told by mail",
  suspend: "shut people out until they are let in again",
  restore: "let suspended people in again",
};

export function addUser(program: Command): void {
  const user = program
    .command("user")
    .description("accounts of people, for administrators: list, make, approve, suspend");
  withOutput(user.command("list", { isDefault: true }))
    .description("list accounts, the newest first")
    .addOption(new Option("--state <state>", "only accounts in this state").choices(states))
    .option("--limit <n>", "page size", wholeNumber(1, 500), 100)
    .option("--cursor <cursor>", "continue after the previous page", plainText(1000))
    .action(list);
  addUserCreate(user);
  for (const [name, what] of Object.entries(decisions) as [Decision, string][])
    withService(user.command(name))
      .description(what)
      .argument("<account...>", accountNames(), accountWords)
      .action((words: string[], options: ServiceOptions & { json?: boolean }) =>
        decide(name, words, options),
      );
}

const columns: Column<Account>[] = [
  { name: "id", kind: "id", of: ({ id }) => id },
  { name: "number", heading: "No", kind: "word", of: ({ number }) => number },
  { name: "state", kind: "word", of: ({ state }) => state },
  { name: "admin", kind: "word", of: ({ admin }) => (admin ? "yes" : "no") },
  { name: "name", kind: "title", of: ({ name }) => name ?? "" },
  { name: "email", kind: "text", of: ({ email }) => email ?? "" },
  { name: "institution", kind: "text", of: ({ institution }) => institution ?? "" },
  { name: "created_at", heading: "made", kind: "time", of: (account) => account.created_at },
  { name: "seen_at", heading: "seen", kind: "time", of: (account) => account.seen_at },
];

async function list(options: ListOptions, command: Command): Promise<void> {
  const format = formatOf(options);
  const { state, limit, cursor, ...service } = options;
  const client = await connect(service);
  const page = await client.users.list({
    limit,
    ...(state && { state }),
    ...(cursor && { cursor }),
  });
  printRows(format, page, page.items, columns);
  sayMore(command, page.next);
}

async function decide(
  decision: Decision,
  words: string[],
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const ids = await accountsNamed(client, words);
  const done: Account[] = [];
  for (const id of ids) {
    try {
      const account = await client.users.decide(id, decision);
      done.push(account);
      if (!json) say(`${clean(account.name ?? "No name")} (${id}) is ${account.state}.`);
    } catch (error) {
      if (ids.length === 1) throw error;
      const { code, message } = exitOf(error);
      sayError(`longshore: ${id}: ${withoutSecrets(message)}`);
      process.exitCode ||= code;
    }
  }
  if (json) printJson(words.length === 1 ? done[0] : done);
}
