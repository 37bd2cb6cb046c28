import { usedWrongly } from "./exits.ts";
import { thisCommand } from "./help/this-command.ts";
import { clean } from "./print/print.ts";

/**
 * The one item that a word of the command line means: exactly, or by the first digits of its id,
 * four or more. `list`: the command that shows them.
 */
export function oneNamed<Item extends { id: string }>(
  word: string,
  items: readonly Item[],
  { what, list, isExact }: { what: string; list: string; isExact(item: Item): boolean },
): Item {
  const id = word.toLowerCase();
  const exact = items.find((item) => item.id === id || isExact(item));
  const begun = id.length >= 4 ? items.filter((item) => item.id.startsWith(id)) : [];
  const [found, other] = exact ? [exact] : begun;
  if (found && other === undefined) return found;
  const count = found ? `several ${what}s whose ids begin with` : `no ${what}`;
  throw usedWrongly(
    `There is ${count} ${JSON.stringify(clean(word))}: see \`${thisCommand()} ${list}\`.`,
  );
}

/** Those that words mean by their names or ids. If a word names none, it throws. */
export function allNamed<Item extends { id: string; name: string }>(
  words: readonly string[],
  items: readonly Item[],
  what: { what: string; list: string },
): Item[] {
  return words.map((word) =>
    oneNamed(word, items, { ...what, isExact: ({ name }) => name === word }),
  );
}
