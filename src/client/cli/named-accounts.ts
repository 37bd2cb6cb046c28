import type { Longshore } from "../client.ts";
import type { Account } from "../views.ts";
import { usedWrongly } from "./exits.ts";
import { plainText, several } from "./given/values.ts";
import { thisCommand } from "./help/this-command.ts";
import { oneNamed } from "./named-one.ts";
import { clean } from "./print/print.ts";

export const accountNames = () =>
  `numbers, email addresses or ids of accounts, as \`${thisCommand()} user list\` shows them`;

export const accountWords = several(plainText(254));

/**
 * The ids of the accounts that words name. For a word that is no whole id all accounts are read.
 * If one names none, or several, nothing is done.
 */
export async function accountsNamed(client: Longshore, words: string[]): Promise<string[]> {
  if (words.every((word) => wholeId.test(word))) return words.map((word) => word.toLowerCase());
  const all: Account[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.users.list({ limit: 500, ...(cursor && { cursor }) });
    all.push(...page.items);
    if (page.next === null) break;
    cursor = page.next;
  }
  const what = { what: "account", list: "user list" };
  return words.map((word) => {
    if (word.includes("@")) refuseSeveral(word, all);
    const isExact = ({ number, email }: Account) => String(number) === word || email === word;
    return oneNamed(word, all, { ...what, isExact }).id;
  });
}

/** Nobody is let in for somebody else's sake. */
function refuseSeveral(word: string, all: readonly Account[]): void {
  const numbers = all.filter(({ email }) => email === word).map(({ number }) => number);
  if (numbers.length > 1)
    throw usedWrongly(
      `Several accounts have the address ${clean(word)}: give one of the numbers ` +
        `${numbers.slice(0, 5).join(", ")}.`,
    );
}

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
