import type { Command } from "commander";
import type { Binding, Group, GroupMember } from "../../views.ts";
import { plainText } from "../given/values.ts";
import { groupNamed, groupNames, groupWord } from "../named-group.ts";
import { type Line, printLines } from "../print/describe.ts";
import { localTimeWithZone } from "../print/local-time.ts";
import {
  type Column,
  formatOf,
  type OutputOptions,
  printRows,
  withOutput,
} from "../print/output.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";
import { addGroupBindings } from "./group-bindings.ts";
import { addGroupMembers } from "./group-members.ts";

type Json = ServiceOptions & { json?: boolean };

export function addGroup(program: Command): void {
  const group = program
    .command("group")
    .description("groups of people, and what is read for their members alone, for administrators");
  withOutput(group.command("list", { isDefault: true }))
    .description("list groups, by name")
    .action(list);
  withService(group.command("show"))
    .description("show a group: its members, and what is bound to it")
    .argument("<group>", groupNames(), groupWord)
    .action(show);
  withService(group.command("create"))
    .description("make a group and print its id")
    .argument("<name>", "what it is called, such as Calibration", plainText(100))
    .action(create);
  withService(group.command("delete"))
    .description("delete a group to which nothing is bound")
    .argument("<group>", groupNames(), groupWord)
    .action(remove);
  addGroupMembers(group);
  addGroupBindings(group);
}

const columns: Column<Group>[] = [
  { name: "id", kind: "id", of: ({ id }) => id },
  { name: "name", kind: "title", of: ({ name }) => name },
  { name: "members", kind: "word", of: ({ members }) => members },
  { name: "bindings", heading: "bound", kind: "word", of: ({ bindings }) => bindings },
  { name: "created_at", heading: "made", kind: "time", of: (group) => group.created_at },
];

async function list(options: ServiceOptions & OutputOptions): Promise<void> {
  const format = formatOf(options);
  const page = await (await connect(options)).groups.list();
  printRows(format, page, page.items, columns);
}

async function show(word: string, { json, ...service }: Json): Promise<void> {
  const client = await connect(service);
  const group = await groupNamed(client, word);
  const { items: members } = await client.groups.members(group.id);
  const { items } = await client.groups.bindings();
  const bindings = items.filter((binding) => binding.group === group.id);
  if (json) printJson({ group, members, bindings });
  else printLines(linesOf(group, members, bindings));
}

function linesOf(
  { id, name, created_at: made }: Group,
  members: GroupMember[],
  bindings: Binding[],
): Line[] {
  return [
    ["id", id],
    ["name", name],
    ["made", localTimeWithZone(made)],
    ...members.map(({ user, name, email }): Line => {
      const who = [name, email].filter((text) => text !== null).join(", ");
      return ["member", `${user} ${who}`.trim()];
    }),
    ...(members.length === 0 ? [["members", "none"] satisfies Line] : []),
    ...bindings.map(({ kind, target }): Line => [kind, target]),
    ...(bindings.length === 0 ? [["bound", "nothing"] satisfies Line] : []),
  ];
}

async function create(name: string, { json, ...service }: Json): Promise<void> {
  const made = await (await connect(service)).groups.create(name);
  if (json) printJson(made);
  else print(made.id);
}

async function remove(word: string, { json, ...service }: Json): Promise<void> {
  const client = await connect(service);
  const { id, name } = await groupNamed(client, word);
  await client.groups.delete(id);
  if (json) printJson({ deleted: id });
  else say(`The group ${clean(name)} (${id}) is deleted.`);
}
