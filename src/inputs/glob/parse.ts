// Reads the pattern of one name: *, ?, [a-z], {a,b}, {1..9} and @(a|b), ?(…), *(…), +(…), !(…).

export type Part =
  | { kind: "character"; fits(character: string): boolean }
  /** any text */
  | { kind: "star" }
  | { kind: "group"; repeat: Repeat; options: Part[][] }
  /** any text that none of the options matches whole */
  | { kind: "not"; options: Part[][] };

export type Repeat = "once" | "optional" | "any" | "some";

const repeats: Record<string, Repeat> = { "@": "once", "?": "optional", "*": "any", "+": "some" };
const longestRange = 1_000;

/** A bracket that is not closed stands for itself. */
export function parseGlob(text: string): Part[] {
  const characters = [...text];
  const closings = closingsOf(characters);
  return parseBetween(0, characters.length);

  function parseBetween(start: number, end: number): Part[] {
    const parts: Part[] = [];
    for (let at = start; at < end; ) {
      const [part, next] = partAt(at, end);
      if (part.kind !== "star" || parts.at(-1)?.kind !== "star") parts.push(part);
      at = next;
    }
    return parts;
  }

  function partAt(at: number, end: number): [part: Part, next: number] {
    const character = characters[at] ?? "";
    if (character === "\\" && at + 1 < end) return [literal(characters[at + 1] ?? ""), at + 2];
    const bracketed = bracketedAt(at) ?? signedAt(at);
    if (bracketed) return bracketed;
    if (character === "*") return [{ kind: "star" }, at + 1];
    if (character === "?") return [{ kind: "character", fits: () => true }, at + 1];
    return [literal(character), at + 1];
  }

  function bracketedAt(at: number): [part: Part, next: number] | undefined {
    const close = closings.get(at);
    if (close === undefined) return undefined;
    const part = bracketOf(characters[at] ?? "", at + 1, close);
    return part && [part, close + 1];
  }

  /** A group with its sign in front. */
  function signedAt(at: number): [part: Part, next: number] | undefined {
    const sign = characters[at] ?? "";
    const close = characters[at + 1] === "(" ? closings.get(at + 1) : undefined;
    if (close === undefined || !"@?*+!".includes(sign)) return undefined;
    return [group(sign, at + 2, close), close + 1];
  }

  function bracketOf(character: string, start: number, end: number): Part | undefined {
    if (character === "(") return group("@", start, end);
    return character === "{" ? bracesOf(start, end) : setOf(start, end);
  }

  function group(sign: string, start: number, end: number): Part {
    const options = optionsOf(start, end, "|");
    const repeat = repeats[sign];
    return repeat ? { kind: "group", repeat, options } : { kind: "not", options };
  }

  function bracesOf(start: number, end: number): Part | undefined {
    const options = optionsOf(start, end, ",");
    if (options.length > 1) return { kind: "group", repeat: "once", options };
    const range = rangeOf(characters.slice(start, end).join(""));
    return range && { kind: "group", repeat: "once", options: range.map((word) => literals(word)) };
  }

  function optionsOf(start: number, end: number, separator: string): Part[][] {
    const options: Part[][] = [];
    let from = start;
    for (let at = start; at < end; at++) {
      if (characters[at] === "\\") at++;
      else if (closings.has(at)) at = closings.get(at) ?? at;
      else if (characters[at] === separator) {
        options.push(parseBetween(from, at));
        from = at + 1;
      }
    }
    return [...options, parseBetween(from, end)];
  }

  function setOf(start: number, end: number): Part {
    const negated = ["!", "^"].includes(characters[start] ?? "");
    const from = negated ? start + 1 : start;
    const fits = membersOf(characters.slice(from, end));
    return { kind: "character", fits: (character) => fits(character) !== negated };
  }
}

/** Where each bracket is closed. A set is closed by the first ] behind its first member. */
function closingsOf(characters: readonly string[]): Map<number, number> {
  const closings = new Map<number, number>();
  const open: { at: number; closing: string }[] = [];
  const lastSquare = characters.lastIndexOf("]");
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    const closing = { "(": ")", "{": "}" }[character];
    const setEnd = character === "[" && at < lastSquare ? endOfSet(characters, at) : undefined;
    if (setEnd !== undefined) closings.set(at, setEnd);
    if (character === "\\") at++;
    else if (closing) open.push({ at, closing });
    else if (open.at(-1)?.closing === character) closings.set(open.pop()?.at ?? at, at);
    at = setEnd ?? at;
  }
  return closings;
}

function endOfSet(characters: readonly string[], open: number): number | undefined {
  let at = open + 1;
  if (["!", "^"].includes(characters[at] ?? "")) at++;
  // A set has at least one member, so ] in the first place is one
  if (characters[at] === "]") at++;
  for (; at < characters.length; at++) {
    if (characters[at] === "[" && characters[at + 1] === ":") {
      const end = characters.indexOf("]", at + 2);
      if (end > 0 && characters[end - 1] === ":" && end > at + 2) at = end;
    } else if (characters[at] === "]") return at;
  }
  return undefined;
}

const classes: Record<string, RegExp> = {
  alnum: /^[\p{L}\p{N}]$/u,
  alpha: /^\p{L}$/u,
  ascii: /^[\x20-\x7e]$/,
  blank: /^[ \t]$/,
  digit: /^\d$/,
  lower: /^\p{Ll}$/u,
  punct: /^[\p{P}\p{S}]$/u,
  space: /^\s$/,
  upper: /^\p{Lu}$/u,
  word: /^\w$/,
  xdigit: /^[\da-f]$/i,
};

function membersOf(members: readonly string[]): (character: string) => boolean {
  const tests: ((character: string) => boolean)[] = [];
  for (let at = 0; at < members.length; at++) {
    const named = namedClass(members, at);
    if (named) {
      tests.push((character) => named.pattern.test(character));
      at = named.end;
      continue;
    }
    if (members[at] === "\\" && at + 1 < members.length) at++;
    const first = members[at] ?? "";
    const last = members[at + 1] === "-" ? members[at + 2] : undefined;
    if (last !== undefined) at += 2;
    tests.push((character) => isBetween(character, first, last ?? first));
  }
  return (character) => tests.some((test) => test(character));
}

function namedClass(
  members: readonly string[],
  at: number,
): { pattern: RegExp; end: number } | undefined {
  if (members[at] !== "[" || members[at + 1] !== ":") return undefined;
  const end = members.indexOf("]", at + 2);
  const pattern = classes[members.slice(at + 2, Math.max(at + 2, end - 1)).join("")];
  return pattern && members[end - 1] === ":" ? { pattern, end } : undefined;
}

function isBetween(character: string, first: string, last: string): boolean {
  const point = character.codePointAt(0) ?? 0;
  return point >= (first.codePointAt(0) ?? 0) && point <= (last.codePointAt(0) ?? 0);
}

/** What {1..9}, {01..12} or {a..e} stands for; undefined for other words, and for long ranges. */
function rangeOf(text: string): string[] | undefined {
  const [, from = "", to = ""] = /^(\d{1,9}|[a-z])\.\.(\d{1,9}|[a-z])$/i.exec(text) ?? [];
  const numbers = /^\d/.test(from);
  if (from === "" || numbers !== /^\d/.test(to)) return undefined;
  const [first, last] = numbers ? [Number(from), Number(to)] : [from, to].map(pointOf);
  if (first === undefined || last === undefined || Math.abs(last - first) >= longestRange)
    return undefined;
  const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => {
    const value = Math.min(first, last) + index;
    return numbers ? String(value).padStart(width, "0") : String.fromCodePoint(value);
  });
}

function pointOf(letter: string): number {
  return letter.codePointAt(0) ?? 0;
}

function literals(text: string): Part[] {
  return [...text].map(literal);
}

function literal(wanted: string): Part {
  return { kind: "character", fits: (character) => character === wanted };
}
