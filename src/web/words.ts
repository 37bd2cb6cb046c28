// How numbers, times and texts of others are written on pages.

const thousands = new Intl.NumberFormat("en");

export function number(value: number): string {
  return thousands.format(value);
}

/** `1 file`, `2,000 files` */
export function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];

export function bytes(size: number): string {
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `2026-11-27 05:42:01 UTC` */
export function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** What a request is called: its title is its owner's choice. */
export function nameOf({ title, number: own }: { title: string | null; number: number }): string {
  return title ?? `Request ${own}`;
}

/**
 * A text of somebody else's, cut. Characters that cannot be seen, or that turn the direction of
 * those around them, are written as their numbers.
 */
export function shown(text: string, most = 300): string {
  const { pieces, isCut } = piecesOf(text, most);
  return pieces.join("") + (isCut ? "…" : "");
}

/** The end of a path says more than its beginning. */
export function shownPath(path: string, most = 160): string {
  const fromTheEnd = [...path.slice(-most - 1)].toReversed();
  const { pieces, isCut } = piecesOf(fromTheEnd, most);
  return (isCut ? "…" : "") + pieces.toReversed().join("");
}

/** Joiners of scripts and emoji cannot be seen either, but change what is beside them. */
const unseen =
  /^(?:[\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]|(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{DI})$/u;

/** At most so many characters, and twice as many bytes of a page: a quotation mark takes six. */
function piecesOf(text: Iterable<string>, most: number): { pieces: string[]; isCut: boolean } {
  const pieces: string[] = [];
  let units = 0;
  let written = 0;
  for (const character of text) {
    const isWhite = character === "\n" || character === "\t";
    const piece = !isWhite && unseen.test(character) ? numberOf(character) : character;
    units += character.length;
    written += bytesInPage(piece);
    if (units > most || written > 2 * most) return { pieces, isCut: true };
    pieces.push(piece);
  }
  return { pieces, isCut: false };
}

function numberOf(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}

const escaped: Record<string, number> = { '"': 6, "'": 5, "&": 5, "<": 4, ">": 4 };

function bytesInPage(piece: string): number {
  return escaped[piece] ?? Buffer.byteLength(piece);
}
