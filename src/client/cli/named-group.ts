import type { Longshore } from "../client.ts";
import type { Group } from "../views.ts";
import { plainText } from "./given/values.ts";
import { thisCommand } from "./help/this-command.ts";
import { oneNamed } from "./named-one.ts";

export const groupNames = () =>
  `a group's name or id, as \`${thisCommand()} group list\` shows them`;

export const groupWord = plainText(100);

export async function groupNamed(client: Longshore, word: string): Promise<Group> {
  const { items } = await client.groups.list();
  const isExact = ({ name }: Group) => name === word;
  return oneNamed(word, items, { what: "group", list: "group list", isExact });
}
