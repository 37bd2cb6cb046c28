// The values of options and arguments, as Commander parses them.
import { InvalidArgumentError } from "commander";
import { allowedServiceUrl, readServiceUrl } from "../../../settings/service-url.ts";
import { usedWrongly } from "../exits.ts";
import { thisCommand } from "../help/this-command.ts";

/** Parses an option or argument that is a whole number. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

export function priority(text: string): number {
  const value = /^-?\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= -100 && value <= 100) return value;
  throw new InvalidArgumentError("Allowed is a whole number from -100 to 100.");
}

/** A number with or without a fraction; NaN for all other text. */
export function decimal(text: string): number {
  return /^\d{1,5}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
}

export function percent(text: string): number {
  const value = decimal(text);
  if (value > 0 && value <= 100) return value;
  throw new InvalidArgumentError("Expected a number above 0, up to 100.");
}

/** Parses an option that may be repeated or have several values. */
export function several<Value>(
  parse: (text: string) => Value,
): (text: string, before: Value[] | undefined) => Value[] {
  return (text, before = []) => [...before, parse(text)];
}

export function plainText(longest: number): (text: string) => string {
  return (text) => {
    if (text.length > 0 && text.length <= longest) return text;
    throw new InvalidArgumentError(`Expected 1 to ${longest} characters.`);
  };
}

export function idempotencyKey(text: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected 1 to 255 printable ASCII characters.");
}

export function requestId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError(
    `Expected the id of a request, as shown by \`${thisCommand()} list\`.`,
  );
}

export function httpUrl(text: string): string {
  const url = readServiceUrl(text);
  if (url !== undefined) return url;
  // Commander quotes the value, which may have a password.
  if (text.includes("@")) throw usedWrongly(`--url must be ${allowedServiceUrl}.`);
  throw new InvalidArgumentError(`Expected ${allowedServiceUrl}.`);
}

export function operationNames(text: string): string[] {
  const named = text.split(",").map((name) => name.trim());
  if (named.every((name) => /^[a-z][a-z-]*$/.test(name))) return named;
  throw new InvalidArgumentError("Expected names of operations, separated by commas.");
}
