import { InvalidArgumentError } from "commander";
import type { Longshore } from "../client.ts";
import type { RequestSummary } from "../views.ts";
import { usedWrongly } from "./exits.ts";
import { thisCommand } from "./help/this-command.ts";
import { localTime } from "./print/local-time.ts";
import { clean } from "./print/print.ts";

export const requestNames = "its id, the first digits of it, its number, or @last";

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const last = "@last";

/** Parses the word that names a request; `findRequest` returns its id. */
export function requestWord(text: string): string {
  const word = text.toLowerCase();
  const isPrefix = /^[0-9a-f]{4}[0-9a-f-]{0,32}$/.test(word);
  if (isPrefix || wholeId.test(word) || /^[1-9]\d{0,14}$/.test(word) || word === last) return word;
  throw new InvalidArgumentError(
    `Expected the id of a request or its first digits (four or more), its number, or ${last}; ` +
      `\`${thisCommand()} list\` shows them.`,
  );
}

/** The id of the one request that the word names. */
export async function findRequest(client: Longshore, word: string): Promise<string> {
  if (wholeId.test(word)) return word;
  if (word === last) {
    const [newest] = (await client.list({ limit: 1 })).items;
    if (newest) return newest.id;
    throw usedWrongly("There is no request yet.");
  }
  const found = await named(client, word);
  const [one] = found;
  if (one && found.length === 1) return one.id;
  if (one === undefined) throw usedWrongly(`There is no request ${word}.${ofDeleted(word)}`);
  const more = found.length > mostShown ? ["  …"] : [];
  const shown = found.slice(0, mostShown).map(described);
  throw usedWrongly(
    [
      `Several requests begin with ${word}. Give more of the id, or the number:`,
      ...shown,
      ...more,
    ].join("\n"),
  );
}

/** In the order in which they are named, each once. */
export async function findRequests(client: Longshore, words: string[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const word of words) ids.add(await findRequest(client, word));
  return [...ids];
}

const mostShown = 10;

/** A number that exists is meant, also where an id begins with the same digits. */
async function named(client: Longshore, word: string): Promise<RequestSummary[]> {
  if (/^\d+$/.test(word)) {
    const { items } = await client.list({ number: Number(word) });
    if (items.length > 0 || word.length < 4) return items;
  }
  return (await client.list({ id_prefix: word, limit: mostShown + 1 })).items;
}

function described({ id, number, state, created_at, title }: RequestSummary): string {
  const about = title === null ? "" : `  ${clean(title).slice(0, 60)}`;
  return `  ${number}  ${id}  ${state}  ${localTime(created_at)}${about}`;
}

function ofDeleted(word: string): string {
  return /^\d{1,3}$/.test(word) ? "" : " One that is deleted is named by its whole id.";
}
