import { type Command, InvalidArgumentError, Option } from "commander";
import type { AccessKey, NewAccessKey } from "../../views.ts";
import { usedWrongly } from "../exits.ts";
import { decimal, plainText, several, wholeNumber } from "../given/values.ts";
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

interface CreateOptions extends ServiceOptions {
  owner?: string;
  peer?: boolean;
  facade?: "tape" | "tape-rest";
  roots?: string[];
  files?: number;
  days?: number;
  json?: boolean;
}

export function addKey(program: Command): void {
  const key = program
    .command("key")
    .description(
      "keys of programs, façades and other services, for administrators: list, make, revoke",
    );
  withOutput(key.command("list", { isDefault: true }))
    .description("list the keys that are not revoked, oldest first")
    .action(list);
  withService(key.command("create"))
    .description("make a key and print it, only this once")
    .argument("<name>", "what it is for, such as gcs", plainText(100))
    .option("--owner <id>", "the id of the person for whom it works", plainText(200))
    .option("--peer", "it is another service's, and works for nobody")
    .addOption(
      new Option("--facade <facade>", "it is for this façade alone (default: the API)").choices([
        "tape",
        "tape-rest",
      ]),
    )
    .option("--roots <folders>", "folders that it reaches at the façade, separated by :", roots)
    .option("--files <n>", "files that it may have asked for at once", wholeNumber(1, 100_000_000))
    .option("--days <days>", "how long it is good (default: until it is revoked)", days)
    .action(create);
  withService(key.command("revoke"))
    .description("revoke keys, which end at once")
    .argument(
      "<key...>",
      `their names or ids, as \`${thisCommand()} key list\` shows them`,
      several(plainText(100)),
    )
    .action(revoke);
}

function days(text: string): number {
  const value = decimal(text);
  if (value >= 0.1 && value <= 36_500) return value;
  throw new InvalidArgumentError("Expected a number of days from 0.1 to 36500.");
}

function roots(text: string): string[] {
  const folders = text.split(":").filter((folder) => folder !== "");
  if (folders.length > 0 && folders.every((folder) => folder.startsWith("/"))) return folders;
  throw new InvalidArgumentError("Expected absolute paths of folders, separated by :.");
}

const columns: Column<AccessKey>[] = [
  { name: "id", kind: "id", of: ({ id }) => id },
  { name: "name", kind: "title", of: ({ name }) => name },
  { name: "kind", kind: "word", of: ({ kind }) => kind },
  { name: "owner", kind: "word", of: ({ owner }) => owner },
  { name: "facade", heading: "façade", kind: "word", of: ({ facade }) => facade },
  { name: "roots", kind: "text", of: (key) => key.roots.join(":") },
  { name: "most_files", heading: "files", kind: "word", of: (key) => key.most_files },
  { name: "created_at", heading: "made", kind: "time", of: (key) => key.created_at },
  { name: "last_used_at", heading: "used", kind: "time", of: (key) => key.last_used_at },
  { name: "expires_at", heading: "expires", kind: "time", of: (key) => key.expires_at },
];

async function list(options: ServiceOptions & OutputOptions): Promise<void> {
  const format = formatOf(options);
  const page = await (await connect(options)).accessKeys.list();
  printRows(format, page, page.items, columns);
}

async function create(
  name: string,
  { owner, peer, facade, roots, files, days, json, ...service }: CreateOptions,
) {
  if ((owner === undefined) !== (peer === true))
    throw usedWrongly(
      "Say whose key it is: --owner and the id of a person, or --peer for another service.",
    );
  const wanted: NewAccessKey = {
    kind: peer ? "peer" : "key",
    name,
    ...(owner !== undefined && { owner }),
    ...(facade !== undefined && { facade }),
    ...(roots !== undefined && { roots }),
    ...(files !== undefined && { most_files: files }),
    ...(days !== undefined && { days }),
  };
  const made = await (await connect(service)).accessKeys.create(wanted);
  if (json) printJson(made);
  else print(made.secret);
  say(
    facade === "tape"
      ? "It is shown only this once. Clients of LTFSEE Globus take it from AUTH_KEY."
      : "It is shown only this once. It is sent as a bearer token.",
  );
}

async function revoke(words: string[], { json, ...service }: ServiceOptions & { json?: boolean }) {
  const client = await connect(service);
  const { items } = await client.accessKeys.list();
  // If a word names none, nothing is revoked.
  const keys = allNamed(words, items, { what: "key", list: "key list" });
  for (const { id, name } of keys) {
    await client.accessKeys.revoke(id);
    if (!json) say(`The key ${clean(name)} (${id}) is revoked.`);
  }
  if (json) printJson(keys.map(({ id }) => ({ revoked: id })));
}
