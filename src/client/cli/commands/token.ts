import { type Command, InvalidArgumentError } from "commander";
import type { ApiToken, NewApiToken } from "../../views.ts";
import { scopesOrUsual, type TokenScope } from "../given/scopes.ts";
import { decimal, plainText, several } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import { allNamed } from "../named-one.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

interface ListOptions extends ServiceOptions, OutputOptions {
  owner?: string;
}

interface CreateOptions extends ServiceOptions {
  scopes: TokenScope[];
  days?: number;
  json?: boolean;
}

export function addToken(program: Command): void {
  const token = program.command("token").description("API tokens: list, make, revoke");
  withOutput(token.command("list", { isDefault: true }))
    .description("list your API tokens that are not revoked, oldest first")
    .option("--owner <id>", "those of another person, for administrators", plainText(200))
    .action(list);
  withService(token.command("create"))
    .description("make an API token and print it, only this once")
    .argument("<name>", "what it is for, such as laptop", plainText(100))
    .addOption(scopesOrUsual())
    .option("--days <days>", "how long it is good (default: as long as is allowed)", days)
    .action(create);
  withService(token.command("revoke"))
    .description("revoke API tokens, with the access tokens that were given for them")
    .argument(
      "<token...>",
      `their names or ids, as \`${thisCommand()} token list\` shows them`,
      several(plainText(100)),
    )
    .option("--owner <id>", "of another person, for administrators", plainText(200))
    .action(revoke);
}

function days(text: string): number {
  const value = decimal(text);
  if (value > 0 && value <= 36_500) return value;
  throw new InvalidArgumentError("Expected a number of days, above 0 and up to 36500.");
}

const columns: Column<ApiToken>[] = [
  { name: "id", kind: "id", of: ({ id }) => id },
  { name: "name", kind: "title", of: ({ name }) => name },
  { name: "scopes", kind: "word", of: ({ scopes }) => scopes.join(",") },
  { name: "made_by", kind: "word", of: (token) => token.made_by },
  { name: "created_at", heading: "made", kind: "time", of: (token) => token.created_at },
  { name: "last_used_at", heading: "used", kind: "time", of: (token) => token.last_used_at },
  { name: "expires_at", heading: "expires", kind: "time", of: (token) => token.expires_at },
];

async function list(options: ListOptions): Promise<void> {
  const format = formatOf(options);
  const page = await (await connect(options)).tokens.list(options.owner);
  printRows(format, page, page.items, columns);
}

async function create(name: string, { scopes, days, json, ...service }: CreateOptions) {
  const wanted: NewApiToken = { name, scopes, ...(days !== undefined && { days }) };
  const made = await (await connect(service)).tokens.create(wanted);
  if (json) printJson(made);
  else print(made.secret);
  say(
    "It is shown only this once. Programs take it from LONGSHORE_TOKEN, or from a servicex.yaml, " +
      "which --json prints too.",
  );
}

async function revoke(
  words: string[],
  { owner, json, ...service }: ServiceOptions & { owner?: string; json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const { items } = await client.tokens.list(owner);
  // If a word names none, nothing is revoked.
  const tokens = allNamed(words, items, { what: "token", list: "token list" });
  for (const { id, name } of tokens) {
    await client.tokens.revoke(id);
    if (!json) say(`The token ${clean(name)} (${id}) is revoked.`);
  }
  if (json) printJson(tokens.map(({ id }) => ({ revoked: id })));
}
