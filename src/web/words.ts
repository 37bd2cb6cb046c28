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

/**
 * A text of somebody else's, cut. Characters that cannot be seen, or that turn the direction of
 * those around them, are written as their numbers.
 */
export function shown(text: string, most = 300): string {
  const cut = text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}…` : text;
  return cut.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]/gu, (character) =>
    character === "\n" || character === "\t"
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The end of a path says more than its beginning. */
export function shownPath(path: string, most = 160): string {
  const cut = path.length > most ? `…${path.slice(path.length - most)}` : path;
  return shown(cut, most + 1);
}
