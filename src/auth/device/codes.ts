// The code that a person types: letters that are not mistaken for others and make no words.
import { randomInt } from "node:crypto";

const letters = "BCDFGHJKLMNPQRSTVWXZ";
const length = 8;

/** One of 25 thousand million. */
export function newUserCode(): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}

/** As a person reads it. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
}

/** As a person types it: in small letters, with blanks or hyphens. Undefined: it is no code. */
export function readUserCode(typed: string): string | undefined {
  const code = typed.slice(0, 100).replaceAll(/[\s-]/g, "").toUpperCase();
  const isCode = code.length === length && [...code].every((letter) => letters.includes(letter));
  return isCode ? code : undefined;
}
