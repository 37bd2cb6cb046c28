// Literals as ServiceX's app.conf has them: text, numbers, True, False, None, lists and dicts. JSON
// is read too, so that one setting may be written either way.

export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

export class LiteralError extends Error {
  readonly at: number;
  constructor(expected: string, at: number) {
    super(expected);
    this.name = "LiteralError";
    this.at = at;
  }
}

interface Place {
  text: string;
  at: number;
}

const deepest = 20;
const words = new Map<string, boolean | null>([
  ["True", true],
  ["False", false],
  ["None", null],
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** The literal that begins at `start`, and where it ends. Throws `LiteralError`. */
export function readLiteral(text: string, start = 0): { value: Literal; end: number } {
  const place = { text, at: start };
  const value = literal(place, 0);
  return { value, end: place.at };
}

/** The literal that the whole text is; undefined where it is none. */
export function wholeLiteral(text: string): Literal | undefined {
  try {
    const place = { text: text.trim(), at: 0 };
    const value = literal(place, 0);
    return place.at === place.text.length ? value : undefined;
  } catch (error) {
    if (error instanceof LiteralError) return undefined;
    throw error;
  }
}

function literal(place: Place, depth: number): Literal {
  if (depth > deepest) throw new LiteralError("fewer brackets within each other", place.at);
  const next = place.text[place.at] ?? "";
  if (next === "[") return list(place, depth);
  if (next === "{") return dict(place, depth);
  const number = matched(place, /[+-]?\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w.])/y);
  if (number !== undefined) return Number(number.replaceAll("_", ""));
  if (/["'rRuU]/.test(next)) {
    const joined = texts(place, depth > 0);
    if (joined !== undefined) return joined;
  }
  const begin = place.at;
  const word = matched(place, /[A-Za-z]\w*(?![\w(.[])/y);
  const value = word === undefined ? undefined : words.get(word);
  if (value === undefined)
    throw new LiteralError("text in quotes, a number, True, False, None, a list or a dict", begin);
  return value;
}

function list(place: Place, depth: number): Literal[] {
  const items: Literal[] = [];
  place.at++;
  for (skip(place); !closes(place, "]"); separate(place, "]"))
    items.push(literal(place, depth + 1));
  return items;
}

function dict(place: Place, depth: number): { [key: string]: Literal } {
  const items: [string, Literal][] = [];
  place.at++;
  for (skip(place); !closes(place, "}"); separate(place, "}")) {
    const begin = place.at;
    const key = literal(place, depth + 1);
    if (typeof key !== "string") throw new LiteralError("text as the key of a dict", begin);
    skip(place);
    if (matched(place, /:/y) === undefined) throw new LiteralError("a colon", place.at);
    skip(place);
    items.push([key, literal(place, depth + 1)]);
  }
  return Object.fromEntries(items);
}

function closes(place: Place, end: string): boolean {
  if (place.text[place.at] !== end) return false;
  place.at++;
  return true;
}

function separate(place: Place, end: string): void {
  skip(place);
  if (matched(place, /,/y) === undefined && place.text[place.at] !== end)
    throw new LiteralError(`a comma or ${end}`, place.at);
  skip(place);
}

/** Within brackets, lines may end and have comments. */
function skip(place: Place): void {
  while (matched(place, /\s+|#[^\n]*/y) !== undefined);
}

/** Texts that follow each other are one. */
function texts(place: Place, isInBrackets: boolean): string | undefined {
  let joined: string | undefined;
  for (;;) {
    const before = place.at;
    const one = text(place);
    if (one === undefined) {
      place.at = before;
      return joined;
    }
    joined = (joined ?? "") + one;
    if (isInBrackets) skip(place);
    else matched(place, /[ \t]+/y);
  }
}

function text(place: Place): string | undefined {
  const isRaw = matched(place, /[rR](?=["'])/y) !== undefined;
  if (!isRaw) matched(place, /[uU](?=["'])/y);
  const quote = matched(place, /"""|'''|"|'/y);
  if (quote === undefined) return undefined;
  const begin = place.at;
  let read = "";
  for (;;) {
    const next = place.text[place.at];
    if (next === undefined || (next === "\n" && quote.length === 1))
      throw new LiteralError(`${quote} at the end of the text`, begin);
    if (place.text.startsWith(quote, place.at)) {
      place.at += quote.length;
      return read;
    }
    if (next !== "\\") {
      read += next;
      place.at++;
    } else if (isRaw) {
      read += place.text.slice(place.at, place.at + 2);
      place.at += 2;
    } else read += escaped(place);
  }
}

const escapes = new Map([
  ["\n", ""],
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["/", "/"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
]);

function escaped(place: Place): string {
  const code = matched(place, /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/y);
  if (code !== undefined) {
    const point = Number.parseInt(code.slice(2), 16);
    if (point > 0x10ffff) throw new LiteralError("a character", place.at);
    return String.fromCodePoint(point);
  }
  const letter = place.text[place.at + 1] ?? "";
  place.at += 1 + letter.length;
  // Python keeps the backslash where it means nothing
  return escapes.get(letter) ?? `\\${letter}`;
}

function matched(place: Place, pattern: RegExp): string | undefined {
  pattern.lastIndex = place.at;
  const [found] = pattern.exec(place.text) ?? [];
  if (found !== undefined) place.at += found.length;
  return found;
}
