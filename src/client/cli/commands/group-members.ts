import type { Command } from "commander";
import type { Longshore } from "../../client.ts";
import type { GroupMember } from "../../views.ts";
import { accountNames, accountsNamed, accountWords } from "../named-accounts.ts";
import { groupNamed, groupNames, groupWord } from "../named-group.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { clean, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

type Change = "add" | "remove";

const changes: Record<Change, { what: string; done: string }> = {
  add: { what: "put people into a group", done: "is in" },
  remove: {
    what: "take people out of a group; it counts for files that no worker has yet",
    done: "is no longer in",
  },
};

export function addGroupMembers(group: Command): void {
  const members = group.command("members").description("who is in a group: list, add, remove");
  withOutput(members.command("list", { isDefault: true }))
    .description("list the members of a group")
    .argument("<group>", groupNames(), groupWord)
    .action(list);
  for (const [name, { what }] of Object.entries(changes) as [Change, { what: string }][])
    withService(members.command(name))
      .description(what)
      .argument("<group>", groupNames(), groupWord)
      .argument("<account...>", accountNames(), accountWords)
      .action((word: string, people: string[], options: ServiceOptions & { json?: boolean }) =>
        change(name, word, people, options),
      );
}

const columns: Column<GroupMember>[] = [
  { name: "user", kind: "id", of: ({ user }) => user },
  { name: "name", kind: "title", of: ({ name }) => name ?? "" },
  { name: "email", kind: "text", of: ({ email }) => email ?? "" },
];

async function list(word: string, options: ServiceOptions & OutputOptions): Promise<void> {
  const format = formatOf(options);
  const client = await connect(options);
  const { id } = await groupNamed(client, word);
  const page = await client.groups.members(id);
  printRows(format, page, page.items, columns);
}

async function change(
  name: Change,
  word: string,
  people: string[],
  { json, ...service }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const client = await connect(service);
  const group = await groupNamed(client, word);
  const users = await accountsNamed(client, people);
  for (const user of users) {
    await callOf(client, name)(group.id, user);
    if (!json) say(`${user} ${changes[name].done} the group ${clean(group.name)}.`);
  }
  if (json) printJson(await client.groups.members(group.id));
}

function callOf({ groups }: Longshore, name: Change): (id: string, user: string) => Promise<void> {
  return name === "add" ? groups.addMember : groups.removeMember;
}
